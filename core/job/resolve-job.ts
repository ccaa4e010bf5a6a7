// A job that satisfies the schema -> its resolved form: defaults filled in, units resolved, keys in snake_case.
import type { Budget, Resize } from "../workflow/records/plan.ts";
import type { JobFault } from "./check-job.ts";
import type { ResolvedJob } from "./resolved-job.ts";
import { parseDurationMs, parseDurationS } from "./unit/duration.ts";
import { parseUsd } from "./unit/money.ts";
import { parsePercentagePoints } from "./unit/percentage.ts";
import { parseSizeBytes } from "./unit/size.ts";

/** What schemas/job.schema.json lets through. */
interface WrittenJob {
  readonly name: string;
  readonly data: {
    readonly source: string;
    readonly layout?: string;
    readonly group?: string;
    readonly resize?: Resize;
  };
  readonly model?: {
    readonly teacher?: string;
    readonly architecture?: string;
    readonly "input-sizes"?: readonly number[];
  };
  readonly target: { readonly device: string; readonly threads?: number };
  readonly budget?: {
    readonly size?: string | number;
    readonly "latency-p95"?: string;
    readonly "accuracy-drop"?: string;
    readonly time?: string;
    readonly spend?: string;
  };
  readonly promotion?: { readonly margin?: string; readonly "class-margin"?: string };
  readonly seed?: number;
}

const MARGIN_POINTS = 1;
const CLASS_MARGIN_POINTS = 5;

/** The resolved job, and what the schema can't say about it. */
export function resolveJob(value: unknown): { readonly job: ResolvedJob; readonly faults: readonly JobFault[] } {
  const written = value as WrittenJob;
  const { data, model = {}, target } = written;
  const { architecture, "input-sizes": inputSizes } = model;
  const { budget, faults } = resolveBudget(written.budget ?? {});
  const { margin, "class-margin": classMargin } = written.promotion ?? {};
  // The schema lets through only texts that are percentages.
  const points = (text: string | undefined, otherwise: number) =>
    text === undefined ? otherwise : (parsePercentagePoints(text) ?? otherwise);
  const promotion = {
    margin_points: points(margin, MARGIN_POINTS),
    class_margin_points: points(classMargin, CLASS_MARGIN_POINTS),
  };
  const job: ResolvedJob = {
    version: 1,
    name: written.name,
    task: "image-classification",
    data: {
      source: data.source,
      ...(data.layout === undefined ? {} : { layout: data.layout }),
      ...(data.group === undefined ? {} : { group: data.group }),
      resize: data.resize ?? "cover",
    },
    model: {
      teacher: model.teacher ?? "auto",
      candidates: "auto",
      ...(architecture === undefined ? {} : { architecture }),
      ...(inputSizes === undefined ? {} : { input_sizes: inputSizes.toSorted((a, b) => b - a) }),
    },
    target: { device: target.device, threads: target.threads ?? 1 },
    budget,
    promotion,
    seed: written.seed ?? 0,
  };
  return { job, faults: [...faults, ...sourceFaults(job.data.source), ...modelFaults(job.model)] };
}

function resolveBudget(written: NonNullable<WrittenJob["budget"]>): { budget: Budget; faults: JobFault[] } {
  const faults: JobFault[] = [];
  const resolve = <T>(key: keyof typeof written, parse: (text: T) => number | undefined, expected: string) => {
    const value = written[key];
    if (value === undefined) return undefined;
    const amount = parse(value as T);
    if (amount === undefined) {
      faults.push({ pointer: `/budget/${key}`, of: "value", message: `Expected ${expected}, got "${value}".` });
    }
    return amount;
  };
  const amounts: Record<keyof Budget, number | undefined> = {
    size_bytes: resolve("size", parseSizeBytes, "a size of at least 1 B, such as 2 MB"),
    latency_ms_p95: resolve("latency-p95", parseDurationMs, "a duration above zero, such as 4 ms"),
    accuracy_drop_points: resolve("accuracy-drop", parsePercentagePoints, "0 % to 100 %"),
    time_s: resolve("time", parseDurationS, "a duration above zero, such as 15 min"),
    spend_usd: resolve("spend", parseUsd, "an amount such as 2 USD"),
  };
  const made = Object.entries(amounts).filter(([, amount]) => amount !== undefined);
  return { budget: Object.fromEntries(made) as Budget, faults };
}

function sourceFaults(source: string): JobFault[] {
  const fault = (message: string): JobFault[] => [{ pointer: "/data/source", of: "value", message }];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(source)) return fault("Expected a path without control characters.");
  if (!source.isWellFormed()) return fault("Expected well-formed Unicode, got a lone surrogate.");
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(source) && !source.startsWith("s3://")) {
    return fault(
      `Expected a folder or file, got a URL (${source.slice(0, 60)}): download the data and name its folder.`,
    );
  }
  return [];
}

function modelFaults({ teacher, architecture }: ResolvedJob["model"]): JobFault[] {
  if (!teacher.isWellFormed()) {
    return [{ pointer: "/model/teacher", of: "value", message: "Expected well-formed Unicode, got a lone surrogate." }];
  }
  const isFile = teacher.startsWith("file:") || teacher.startsWith("s3://");
  if (isFile && architecture === undefined) {
    const message = "Missing key architecture: a weights file needs the timm name of its network.";
    return [{ pointer: "/model/architecture", of: "key", message }];
  }
  if (!isFile && architecture !== undefined) {
    const message = `Expected no architecture beside teacher: ${teacher}, which says it already; it belongs to file: weights.`;
    return [{ pointer: "/model/architecture", of: "key", message }];
  }
  return [];
}
