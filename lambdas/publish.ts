// Publish: puts the certified artifact together under the run, then moves the job's champion alias to it by
// compare-and-swap, where it is newer and not worse.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactSource, PublishedArtifact } from "../core/artifact/artifact-shelf.ts";
import { ARTIFACT_FILES } from "../core/artifact/artifact-texts.ts";
import { championOf } from "../core/champion/alias.ts";
import { type ChampionDecision, movesAlias } from "../core/champion/decision.ts";
import { TEST_PREDICTIONS_FILE } from "../core/champion/test-predictions.ts";
import { DecantError } from "../core/errors/problem.ts";
import type { ReportModel } from "../core/report/report-model.ts";
import type { StepPointer } from "../core/store/store.ts";
import type { RunPayload } from "../core/workflow/payload.ts";
import { type Certificate, QUANTIZED_FILES } from "../core/workflow/records/measurement.ts";
import { promote, testPredictionsPath } from "./promote.ts";
import { replaceObject } from "./replace-object.ts";
import { readRunJob } from "./run-job.ts";
import { championMetrics } from "./run-metrics.ts";
import { readOutput } from "./run-step.ts";
import type { Services } from "./services.ts";

export interface Published extends PublishedArtifact {
  readonly champion: ChampionDecision;
}

/** Publishing the same artifact again changes nothing. */
export async function publish(payload: RunPayload, services: Services): Promise<Published> {
  const { run, report, certificate } = payload;
  if (!report || !certificate) throw new DecantError("Defect", "Expected Publish to get a report and a certificate.");
  const model = await readReport(services, report);
  const certified = await readOutput<Certificate>(services, certificate);
  if (certified.outcome !== "kept" || model.outcome !== "kept" || !model.file)
    throw new DecantError("Defect", `Expected a certificate whose promises were kept, got ${certified.outcome}.`);
  const { job, origin } = await readRunJob(services, run);
  const sources = [...(await textSources(services, report)), await modelSource(services, certified, model.file.sha256)];
  const published = await services.artifacts.publish(run, sources);
  await keepTestPredictions(services, run, certificate);
  const challenger = championOf(run, published.manifest_sha256, origin?.order ?? null, model);
  const champion = await promote(services, { job_name: job.name, promotion: job.promotion, challenger });
  const { top1, size_bytes, latency_ms_p95 } = challenger;
  const metrics = { top1, size_bytes, latency_ms_p95 };
  if (movesAlias(champion)) for (const metric of championMetrics(job.name, challenger)) services.metric?.(metric);
  services.progress({ step: "publish", message: `${champion.outcome}: ${champion.reason}`, metrics });
  return { ...published, champion };
}

/** Step outputs expire; a later run compares with what this file answered all the same. */
async function keepTestPredictions(services: Services, run: string, certificate: StepPointer): Promise<void> {
  const path = join(await services.files.folderOf(certificate), TEST_PREDICTIONS_FILE);
  await replaceObject(services.store, testPredictionsPath(run), await readFile(path));
}

async function readReport(services: Services, report: StepPointer): Promise<ReportModel> {
  const folder = await services.files.folderOf(report);
  return JSON.parse(await readFile(join(folder, "report.json"), "utf8")) as ReportModel;
}

async function textSources(services: Services, report: StepPointer): Promise<ArtifactSource[]> {
  const folder = await services.files.folderOf(report);
  const done = await services.files.find(report);
  return ARTIFACT_FILES.filter((name) => name !== "model.onnx").map((name) => {
    const facts = done?.files[name];
    if (!facts)
      throw new DecantError("StoreFailed", `Expected the report step to hold ${name}: run the same command again.`);
    return { name, path: join(folder, name), sha256: facts.sha256 };
  });
}

/** The model that ships is found by the hash that was certified, so no other file can take its place. */
async function modelSource(services: Services, { point }: Certificate, sha256: string): Promise<ArtifactSource> {
  const pointer = { step: "quantize", key: point.quantize_key };
  const files = (await services.files.find(pointer))?.files ?? {};
  const name = Object.values(QUANTIZED_FILES).find((file) => files[file]?.sha256 === sha256);
  if (name) return { name: "model.onnx", path: join(await services.files.folderOf(pointer), name), sha256 };
  throw new DecantError(
    "StoreFailed",
    `Expected the certified model with SHA-256 ${sha256} in the store: run the same command again.`,
  );
}
