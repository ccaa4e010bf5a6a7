// A resolved job -> the written form that resolves to it again, without the folders of the machine that ran it.
import { stringify } from "yaml";
import type { ResolvedJob } from "./resolved-job.ts";
import { formatDuration } from "./unit/duration.ts";
import { formatSize } from "./unit/size.ts";

/** What job.schema.json takes; absolute folders become names beside the job's file. */
export function writtenJob(job: ResolvedJob): Record<string, unknown> {
  const { source, layout, group, resize } = job.data;
  const { teacher, candidates, architecture, input_sizes } = job.model;
  const { promotion } = job;
  const { size_bytes, latency_ms_p95, accuracy_drop_points, time_s, spend_usd } = job.budget;
  return withoutAbsent({
    version: 1,
    name: job.name,
    task: job.task,
    data: withoutAbsent({ source: portable(source), layout, group, resize }),
    model: withoutAbsent({
      teacher: teacher.startsWith("file:") ? `file:${portable(teacher.slice("file:".length))}` : teacher,
      candidates,
      architecture,
      "input-sizes": input_sizes,
    }),
    target: job.target,
    budget: withoutAbsent({
      size: size_bytes === undefined ? undefined : formatSize(size_bytes),
      "latency-p95": withUnit(latency_ms_p95, "ms"),
      "accuracy-drop": withUnit(accuracy_drop_points, "%"),
      time: time_s === undefined ? undefined : formatDuration(time_s),
      spend: withUnit(spend_usd, "USD"),
    }),
    promotion: {
      margin: withUnit(promotion.margin_points, "%"),
      "class-margin": withUnit(promotion.class_margin_points, "%"),
    },
    seed: job.seed,
  });
}

export function jobYaml(written: Readonly<Record<string, unknown>>): string {
  return stringify(written);
}

function withUnit(value: number | undefined, unit: string): string | undefined {
  return value === undefined ? undefined : `${value} ${unit}`;
}

function portable(path: string): string {
  const absolute = /^(?:[\\/]|[A-Za-z]:[\\/])/.test(path);
  return absolute ? `./${path.split(/[\\/]/).findLast((part) => part !== "") ?? "data"}` : path;
}

function withoutAbsent(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
