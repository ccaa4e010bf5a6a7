// The short table at a run's end: teacher, the same network in float, and the shipped file side by side.
import { bytes, interval, milliseconds, percent, times } from "../../core/report/format.ts";
import type { ReportModel } from "../../core/report/report-model.ts";
import type { Proportion } from "../../core/workflow/records/measurement.ts";

const HEADER = ["", "input", "size", "p50 latency", "speed", "top-1 (95 %)"] as const;

/** Lines without colour, columns aligned; empty where nothing was measured. */
export function resultTable(report: ReportModel): string[] {
  const { file, teacher, baseline } = report;
  if (file === null) return [];
  const rows: (readonly string[])[] = [HEADER];
  if (baseline && teacher) {
    const name = `${baseline.display_name}, fp32`;
    rows.push([
      name,
      px(baseline.input_size),
      bytes(baseline.size_bytes),
      milliseconds(baseline.latency.ms_p50),
      "1×",
      "-",
    ]);
    const size = teacher.size_bytes === null ? "-" : bytes(teacher.size_bytes);
    rows.push(["the teacher, fp32", px(teacher.input_size), size, "-", "-", accuracy(teacher.top1)]);
  }
  const { fp32 } = file;
  if (file.precision !== "fp32") {
    const speed = times(fp32.latency.speedup_over_baseline.value);
    rows.push([
      "this model, fp32",
      px(file.input_size),
      bytes(fp32.size_bytes),
      milliseconds(fp32.latency.ms_p50),
      speed,
      "-",
    ]);
  }
  const speed = times(file.latency.speedup_over_baseline.value);
  const cells = [bytes(file.size_bytes), milliseconds(file.latency.ms_p50), speed, accuracy(file.accuracy.top1)];
  rows.push([`this model, ${file.precision}`, px(file.input_size), ...cells]);
  return [report.headline, "", ...aligned(rows), `on the ${file.split} split, n = ${file.accuracy.top1.n}`];
}

const px = (size: number) => `${size} px`;

function accuracy(top1: Proportion | null): string {
  return top1 === null ? "-" : `${percent(top1.value)} (${interval(top1.low * 100, top1.high * 100)})`;
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const cell = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(cell).join("  "));
}
