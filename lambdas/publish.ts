// Publish: puts the certified artifact together, then moves the job's champion alias to it by compare-and-swap.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactSource, PublishedArtifact } from "../core/artifact/artifact-shelf.ts";
import { ARTIFACT_FILES, jsonText } from "../core/artifact/artifact-texts.ts";
import { aliasPath, championOf } from "../core/artifact/champion.ts";
import { DecantError } from "../core/errors/problem.ts";
import type { ReportModel } from "../core/report/report-model.ts";
import type { StepPointer } from "../core/store/store.ts";
import type { RunPayload } from "../core/workflow/payload.ts";
import { type Certificate, QUANTIZED_FILES } from "../core/workflow/records/measurement.ts";
import { replaceObject } from "./replace-object.ts";
import { readOutput } from "./run-step.ts";
import type { Services } from "./services.ts";

/** Publishing the same artifact again changes nothing. */
export async function publish(payload: RunPayload, services: Services): Promise<PublishedArtifact> {
  const { report, certificate } = payload;
  if (!report || !certificate) throw new DecantError("Defect", "Expected Publish to get a report and a certificate.");
  const model = await readReport(services, report);
  const certified = await readOutput<Certificate>(services, certificate);
  if (certified.outcome !== "kept" || model.outcome !== "kept" || !model.file)
    throw new DecantError("Defect", `Expected a certificate whose promises were kept, got ${certified.outcome}.`);
  const sources = [...(await textSources(services, report)), await modelSource(services, certified, model.file.sha256)];
  const published = await services.artifacts.publish(payload.run, sources);
  const champion = jsonText(championOf(payload.run, published.manifest_sha256, model));
  await replaceObject(services.store, aliasPath(model.job.name, services.sha256), new TextEncoder().encode(champion));
  return published;
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
