// Plan: resolves the data, the weights and the input sizes, and writes plan.json and manifest.jsonl.
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { imageExtents } from "../adapters/data-source/image-extents.ts";
import { createFileHasher } from "../adapters/file-hash.ts";
import { sourceAddress } from "../core/data-source/source-address.ts";
import { DecantError } from "../core/errors/problem.ts";
import type { ResolvedJob } from "../core/job/resolved-job.ts";
import { chooseBackbone } from "../core/plan/choose-backbone.ts";
import { planInputSizes } from "../core/plan/input-sizes.ts";
import { manifestText } from "../core/plan/manifest.ts";
import { pickByHash } from "../core/plan/pick-by-hash.ts";
import { canonicalJson } from "../core/store/canonical-json.ts";
import type { StepPointer } from "../core/store/store.ts";
import type { RunPayload } from "../core/workflow/payload.ts";
import type { Backbone, PlanRecord } from "../core/workflow/records/plan.ts";
import { type JobData, readData } from "./read-data.ts";
import { readRunJob } from "./run-job.ts";
import { runStep } from "./run-step.ts";
import type { Services } from "./services.ts";

/** Answers the pointer to the plan. Throws InvalidData or InvalidJob with every problem. */
export async function plan(payload: Pick<RunPayload, "run">, services: Services): Promise<StepPointer> {
  const { job, folder } = await readRunJob(services, payload.run);
  const data = await readData(services, job, folder);
  const record = await planRecord(services, job, folder, data);
  const manifest = manifestText(data.manifest.rows);
  const request = {
    step: "plan" as const,
    upstream: [],
    // Everything that the plan's own files say. Rows' names are in it, since they decide the order of samples and where
    // PrepareData looks; the folder is not. What later steps are keyed by is the content: manifest_hash.
    slice: { plan: canonicalJson(record), manifest: services.sha256(manifest) },
    environment: {},
  };
  const { pointer } = await runStep(services, request, async (step) => {
    await writeFile(join(step, "manifest.jsonl"), manifest, { flag: "wx" });
    await writeFile(join(step, "plan.json"), `${JSON.stringify(record, null, 2)}\n`, { flag: "wx" });
    return record;
  });
  return pointer;
}

/** The plan of a job on its data; a dry run shows it without a store. */
export async function planRecord(
  services: Pick<Services, "task_machine" | "hashObject">,
  job: ResolvedJob,
  folder: string,
  { source, manifest, left_out }: JobData,
): Promise<PlanRecord> {
  const backbone = await resolveBackbone(services, job, folder);
  const extents = await imageExtents(
    source.root,
    pickByHash(manifest.rows).map(({ path }) => path),
  );
  const sides = extents.map(({ width, height }) => Math.min(width, height));
  const { classes, manifest_hash, counts } = manifest;
  return {
    job_name: job.name,
    task: job.task,
    classes,
    manifest_hash,
    counts,
    left_out,
    backbone,
    resize: job.data.resize,
    ...planInputSizes(backbone.input_size, sides, job.model.input_sizes),
    budget: job.budget,
    target: job.target,
    seed: job.seed,
    threads: services.task_machine.cores,
  };
}

async function resolveBackbone(
  { hashObject }: Pick<Services, "hashObject">,
  job: ResolvedJob,
  folder: string,
): Promise<Backbone> {
  const chosen = chooseBackbone(job.model);
  if ("problem" in chosen) throw new DecantError("InvalidJob", [chosen.problem]);
  if ("backbone" in chosen) return chosen.backbone;
  const address = sourceAddress(folder, chosen.file);
  const path = address ?? resolve(folder, chosen.file);
  const sha256 = address === undefined ? (await createFileHasher()(path))?.sha256 : await hashObject?.(address);
  if (sha256 === undefined) {
    throw new DecantError("InvalidJob", [
      { message: `Expected a weights file, but there is none at ${path}.`, where: "/model/teacher" },
    ]);
  }
  return { ...chosen.facts, weights: { kind: "file", path, sha256 } };
}
