// Uploads a local job with its data, which starts a run in the cloud, and follows it.
import { createExecutions } from "../../adapters/aws/executions.ts";
import { createS3Client } from "../../adapters/s3/client.ts";
import { executionName } from "../../core/trigger/execution-name.ts";
import { type Deployment, JOBS_PREFIX } from "../../core/workflow/deployment.ts";
import { toDecantError } from "../../lambdas/state-error.ts";
import { endingOf } from "../exit-codes.ts";
import { stopOnSignals } from "../laptop/stop-signals.ts";
import { loadJob } from "../load-job.ts";
import { createRenderer } from "../progress/create-renderer.ts";
import { problemLines } from "../progress/problem-lines.ts";
import type { Renderer } from "../progress/run-event.ts";
import { readDeployment } from "./deployment.ts";
import { cloudEnding } from "./ending.ts";
import { followRun } from "./follow.ts";
import type { CloudOptions } from "./options.ts";
import { type PutJob, putJob } from "./put-job.ts";
import { cloudResult, refusalOf, sha256 } from "./run-results.ts";

export interface SubmitOptions extends CloudOptions {
  readonly json?: boolean;
  readonly follow: boolean;
}

/** Answers the exit code; everything that goes wrong is told by the renderer. */
export async function submit(jobFile: string, options: SubmitOptions): Promise<number> {
  const renderer = createRenderer(options.json ?? false);
  const stop = stopOnSignals(() => renderer.show({ event: "warning", message: "stopping; the cloud goes on" }));
  try {
    const deployment = await readDeployment(options.deployment);
    const put = await upload(jobFile, deployment, renderer, stop.signal);
    const run = executionName({ bucket: deployment.InboxBucket, key: put.key, version: put.version }, sha256);
    renderer.show({ event: "run", run, store: `s3://${deployment.ArtifactBucket}`, resumed: false });
    if (!options.follow) {
      const result = { status: "submitted", run, artifact: null, report: null } as const;
      await renderer.end({
        result,
        problems: [],
        table: [],
        hints: [`To see how it goes: decant status ${run} --cloud`],
      });
      return 0;
    }
    return await follow(deployment, run, renderer, stop.signal);
  } catch (error) {
    const known = toDecantError(error, "the inbox", stop.signal);
    const ending = endingOf(known.code);
    const result = { status: ending.status, run: null, artifact: null, report: null };
    await renderer.end({ result, problems: problemLines(known), table: [], hints: [] });
    return ending.exit_code;
  } finally {
    stop.dispose();
  }
}

async function upload(
  jobFile: string,
  deployment: Deployment,
  renderer: Renderer,
  signal: AbortSignal,
): Promise<PutJob> {
  const loaded = await loadJob(jobFile);
  const client = createS3Client({ region: deployment.Region });
  const progress = (done: number, total: number) => renderer.show({ event: "progress", step: "upload", done, total });
  const place = { client, inbox: deployment.InboxBucket, prefix: JOBS_PREFIX };
  return putJob({ ...loaded, ...place, signal, progress });
}

/** Ctrl-C here stops the following, not the run. */
async function follow(deployment: Deployment, run: string, renderer: Renderer, signal: AbortSignal): Promise<number> {
  const executions = createExecutions(deployment.Region, deployment.StateMachineArn);
  const refusal = () => refusalOf(deployment, run);
  const emit: Renderer["show"] = (event) => renderer.show(event);
  const execution = await followRun({ executions, refusal, run, emit, signal, now: () => Date.now() });
  const { ending, error } = cloudEnding(execution);
  const found = await cloudResult(deployment, run);
  await renderer.end({
    result: { status: ending.status, run, artifact: error ? null : found.artifact, report: found.report },
    problems: error ? problemLines(error) : [],
    table: error ? [] : found.table,
    hints: [`To read the report: decant report ${run} --cloud --open`],
  });
  return ending.exit_code;
}
