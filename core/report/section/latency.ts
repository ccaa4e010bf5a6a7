// How fast the file is: every run's time, the blocks, and the same for its own fp32 and the baseline.
import { latencyDistributionChart } from "../chart/latency-distribution.ts";
import { bytes, count, interval, milliseconds, times } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { LatencySummary, ReportModel } from "../report-model.ts";
import { captioned, emptyState, type Section, scroller } from "./section.ts";

export function latencySection(model: ReportModel): Section {
  const { file, baseline } = model;
  if (!file) return { id: "latency-section", title: "Latency", body: emptyState("No file was measured.") };
  const { latency } = file;
  const promised = model.promises.find((p) => p.promise === "latency-p95")?.promised ?? null;
  const machine = model.provenance.machine;
  const threads = `${model.job.threads} ${model.job.threads === 1 ? "thread" : "threads"}`;
  const beyond = latency.histogram.beyond ? ` Runs beyond the axis: ${count(latency.histogram.beyond)}.` : "";
  const rows = [
    latencyRow(`this file, ${file.precision}`, file.size_bytes, latency, true),
    ...(file.precision === "fp32" ? [] : [latencyRow("its own fp32", file.fp32.size_bytes, file.fp32.latency, false)]),
    ...(baseline
      ? [
          latencyRow(
            `${baseline.display_name}, ${baseline.input_size} px, fp32`,
            baseline.size_bytes,
            baseline.latency,
            false,
          ),
        ]
      : []),
  ];
  const caption = `${count(latency.blocks * latency.runs_per_block)} runs in ${latency.blocks} blocks that alternate with the baseline, in one process; batch 1, ${threads}, uint8 pixels in, no decoding${machine ? `; ${machine.cpu_model}` : ""}.${beyond}`;
  const body = [
    captioned(caption, scroller("Latency distribution", latencyDistributionChart(latency, promised))),
    scroller(
      "Latency of the file and what it is compared with",
      markup`<table><caption>Latency, one inference</caption><thead><tr><th scope="col">File</th><th scope="col" class="number">Size</th><th scope="col" class="number">p50</th><th scope="col" class="number">p95</th><th scope="col" class="number">p99</th><th scope="col" class="number">p95, upper bound</th><th scope="col" class="number">Speed-up</th></tr></thead><tbody>${rows}</tbody></table>`,
    ),
    markup`<p class="note">The upper bound is the upper end of a 95 % interval of p95 over the blocks; a latency promise is held against it. Speed-up is the baseline's median over the file's, block by block.</p>`,
  ];
  return { id: "latency-section", title: "Latency", body };
}

function latencyRow(name: string, sizeBytes: number, latency: LatencySummary, own: boolean): Markup {
  const speedup = latency.speedup_over_baseline;
  return markup`<tr class="${own ? "chosen" : ""}"><th scope="row">${name}</th><td class="number">${bytes(sizeBytes)}</td><td class="number">${milliseconds(latency.ms_p50)}</td><td class="number">${milliseconds(latency.ms_p95)}</td><td class="number">${milliseconds(latency.ms_p99)}</td><td class="number">${milliseconds(latency.ms_p95_upper)}</td><td class="number">${times(speedup.value)} <span class="muted">${interval(speedup.low, speedup.high, 2)}</span></td></tr>`;
}
