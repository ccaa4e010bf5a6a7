// A job's data, read, hashed and split: what Plan writes and what names a run. Splits are kept under the job's name.

import { hashFiles } from "../adapters/data-source/hash-files.ts";
import { createHashMemory, type HashMemory, openHashMemory } from "../adapters/data-source/hash-memory.ts";
import { type DataSource, readSource } from "../adapters/data-source/read-source.ts";
import { DecantError } from "../core/errors/problem.ts";
import type { ResolvedJob } from "../core/job/resolved-job.ts";
import { refuseFileSize } from "../core/pixels/image-limits.ts";
import { buildManifest, type Manifest } from "../core/plan/manifest.ts";
import type { DataRow } from "../core/readers/reader.ts";
import type { HashedSample } from "../core/split/sample.ts";
import { type SplitResult, splitSamples } from "../core/split/split-samples.ts";
import type { LeftOut } from "../core/workflow/records/plan.ts";
import { keepAssignments } from "./keep-assignments.ts";
import type { Services } from "./services.ts";

export type DataServices = Pick<Services, "store" | "sha256" | "now" | "progress" | "signal" | "fetchData">;

export interface JobData {
  readonly source: DataSource;
  readonly manifest: Manifest;
  readonly left_out: readonly LeftOut[];
  readonly notes: readonly string[];
}

/**
 * Throws InvalidData with every problem of the data.
 * @param keep whether new splits are recorded under the job's name; a dry run only looks
 */
export async function readData(
  services: DataServices,
  job: ResolvedJob,
  folder: string,
  { keep }: { readonly keep: boolean } = { keep: true },
): Promise<JobData> {
  const { source: path, layout, group } = job.data;
  const request = {
    source: path,
    ...(layout === undefined ? {} : { layout }),
    ...(group === undefined ? {} : { group }),
  };
  const source = await readSource(folder, request, services.fetchData);
  const memory = await openHashMemory(services.store, source.root, services.sha256);
  const hashed = await hashRows(source, memory, services);
  if (keep) await memory.keep();
  const split = await keepAssignments(services.store, job.name, keep, (recorded) => {
    const result = splitSamples(hashed.samples, recorded, services.sha256);
    const problems = [...source.result.problems, ...(isEcho(source, result) ? [] : result.problems)];
    if (problems.length > 0) throw new DecantError("InvalidData", problems);
    return result;
  });
  return {
    source,
    manifest: buildManifest(split.samples, services.sha256),
    left_out: [...source.result.left_out, ...hashed.left_out, ...split.left_out],
    notes: [split.note, ...source.result.notes],
  };
}

/** Where no row could be read, "no images" would only repeat why. */
function isEcho(source: DataSource, result: SplitResult): boolean {
  return source.result.problems.length > 0 && result.samples.length === 0;
}

export interface HashedRows {
  readonly samples: readonly HashedSample[];
  readonly left_out: readonly LeftOut[];
}

export async function hashRows(
  { root, listing, result }: DataSource,
  memory: HashMemory = createHashMemory(),
  { now, progress, signal }: Partial<Pick<Services, "now" | "progress" | "signal">> = {},
): Promise<HashedRows> {
  const sizes = new Map(listing.files.map(({ path, size_bytes }) => [path, size_bytes]));
  const left_out = new Map<string, LeftOut>();
  for (const { path } of result.rows) {
    const refused = refuseBytes(sizes.get(path) ?? 0);
    if (refused) left_out.set(path, { path, ...refused });
  }
  const rows = result.rows.filter(({ path }) => !left_out.has(path));
  const wanted = new Set(rows.map(({ path }) => path));
  const files = listing.files.filter(({ path }) => wanted.has(path));
  const report = (done: number) => {
    if (done % 500 === 0) progress?.({ step: "plan", done, total: files.length, message: "reading files" });
  };
  const hashes = await hashFiles({
    root,
    files,
    memory,
    now: now?.() ?? 0,
    progress: report,
    ...(signal ? { signal } : {}),
  });
  const samples = rows.map((row: DataRow) => ({
    ...row,
    size_bytes: sizes.get(row.path) ?? 0,
    sha256: hashes.get(row.path) ?? "",
  }));
  return { samples, left_out: [...left_out.values()] };
}

/** Empty files would all be copies of each other. */
function refuseBytes(size: number): Pick<LeftOut, "reason" | "detail"> | undefined {
  return size === 0 ? { reason: "corrupt", detail: "the file is empty" } : refuseFileSize(size);
}
