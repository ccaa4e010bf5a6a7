// PrepareData: decodes every sample once and packs arrays for training, calibration and measurement.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DECODER_VERSIONS } from "../adapters/image-decoder/libvips.ts";
import { dataRoot } from "../adapters/prepared-data/data-root.ts";
import { packSamples } from "../adapters/prepared-data/pack.ts";
import { withStorageErrors } from "../adapters/storage-error.ts";
import { DecantError } from "../core/errors/problem.ts";
import { missingSamples } from "../core/prepared-data/enough-samples.ts";
import { parseManifestRows } from "../core/prepared-data/manifest-rows.ts";
import type { StepPointer } from "../core/store/store.ts";
import type { RunPayload } from "../core/workflow/payload.ts";
import type { ManifestRow, PlanRecord } from "../core/workflow/records/plan.ts";
import type { PreparedData } from "../core/workflow/records/prepared-data.ts";
import { required } from "./required.ts";
import { readRunJob } from "./run-job.ts";
import { readOutput, runStep } from "./run-step.ts";
import type { Services } from "./services.ts";

/** Needs `plan`; answers the pointer to the prepared data. Throws InvalidData where too little can be decoded. */
export async function prepareData(payload: RunPayload, services: Services): Promise<StepPointer> {
  const planPointer = required(payload.plan, "plan", "PrepareData");
  const plan = await readOutput<PlanRecord>(services, planPointer);
  const manifest = join(await services.files.folderOf(planPointer), "manifest.jsonl");
  const rows = parseManifestRows(await readFile(manifest, "utf8"));
  const request = {
    step: "prepare-data" as const,
    upstream: [],
    slice: keySlice(plan, rows, services.sha256),
    environment: { architecture: services.machine.architecture, ...DECODER_VERSIONS },
  };
  const { job, folder: jobFolder } = await readRunJob(services, payload.run);
  const { pointer } = await runStep<PreparedData>(services, request, async (folder) => {
    const root = await dataRoot(jobFolder, job.data.source, services.fetchData);
    const work = {
      plan,
      rows,
      root,
      folder,
      lanes: 2 * services.machine.cores,
      sha256: services.sha256,
      signal: services.signal,
      progress: (done: number) => {
        if (done % PROGRESS_EVERY === 0 || done === rows.length) {
          services.progress({ step: "prepare-data", done, total: rows.length });
        }
      },
    };
    const data = await withStorageErrors(folder, () => packSamples(work));
    const problems = missingSamples(data);
    if (problems.length > 0) throw new DecantError("InvalidData", problems);
    await writeFile(join(folder, "data.json"), `${JSON.stringify(data, null, 2)}\n`, { flag: "wx" });
    return data;
  });
  return pointer;
}

const PROGRESS_EVERY = 50;

/**
 * What the packed bytes depend on. The manifest's hash covers content, labels, splits and groups, but no paths; samples are
 * packed in the order of their paths, so that order counts as well.
 */
function keySlice(plan: PlanRecord, rows: readonly ManifestRow[], sha256: Services["sha256"]): unknown {
  const reasons = plan.left_out.map(({ reason }) => reason).toSorted();
  return {
    classes: plan.classes,
    manifest_hash: plan.manifest_hash,
    order: sha256(rows.map((row) => row.sha256).join("\n")),
    resize: plan.resize,
    input_sizes: plan.input_sizes,
    crop_size: plan.crop_size,
    left_out: reasons,
  };
}
