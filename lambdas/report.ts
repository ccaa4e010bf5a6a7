// Report: results of the steps -> report.html, report.json and, for a certified file, the artifact's other texts.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeThumbnails } from "../adapters/thumbnails.ts";
import { artifactTexts } from "../core/artifact/artifact-texts.ts";
import { writtenJob } from "../core/job/write-job.ts";
import { buildReport } from "../core/report/build-report.ts";
import { renderPage } from "../core/report/page.ts";
import type { ReportInputs } from "../core/report/report-inputs.ts";
import type { Example, Outcome, ReportModel } from "../core/report/report-model.ts";
import type { StepPointer } from "../core/store/store.ts";
import type { RunPayload } from "../core/workflow/payload.ts";
import { replaceObject } from "./replace-object.ts";
import { readReportInputs, reportUpstream } from "./report-inputs.ts";
import { reportMetrics } from "./run-metrics.ts";
import { runStep } from "./run-step.ts";
import type { Services } from "./services.ts";

/** The step's output.json; the numbers are in report.json beside it. */
export interface ReportOutput {
  readonly outcome: Outcome;
  readonly headline: string;
}

/** Copies of both report files always go to runs/<run>/, published or not. */
export async function report(payload: RunPayload, services: Services): Promise<StepPointer> {
  const { pointers, inputs } = await readReportInputs(payload, services);
  const { tool_version, job } = inputs;
  const request = {
    step: "report" as const,
    upstream: reportUpstream(pointers),
    // As the report shows it: without folders of this machine.
    slice: { job: job && writtenJob(job) },
    environment: { decant: tool_version },
  };
  const { pointer } = await runStep<ReportOutput>(services, request, async (folder) => {
    const model = buildReport(inputs);
    const pictures = await thumbnails(pointers.data, inputs, model.examples, services);
    const page = renderPage(model, { thumbnails: pictures, sha256: services.sha256 });
    const texts = artifactTexts(model, page, inputs.plan.resize);
    await Promise.all(Object.entries(texts).map(([name, text]) => writeFile(join(folder, name), text)));
    return { outcome: model.outcome, headline: model.headline };
  });
  const folder = await services.files.folderOf(pointer);
  const model = JSON.parse(await readFile(join(folder, "report.json"), "utf8")) as ReportModel;
  for (const metric of reportMetrics(payload.run, model)) services.metric?.(metric);
  for (const name of ["report.html", "report.json"])
    await replaceObject(services.store, `runs/${payload.run}/${name}`, await readFile(join(folder, name)));
  return pointer;
}

async function thumbnails(
  data: StepPointer,
  { data: prepared, measured }: ReportInputs,
  examples: readonly Example[],
  services: Services,
): Promise<Record<string, string>> {
  if (!measured || examples.length === 0) return {};
  const wanted = examples.map((example) => example.sha256);
  return makeThumbnails(await services.files.folderOf(data), prepared, measured.candidate.input_size, wanted);
}
