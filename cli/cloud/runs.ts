// Runs in the cloud, asked by name: where one stands, what its tasks said, stopping it.
import { createExecutions, type Execution, type Executions, type StateEvent } from "../../adapters/aws/executions.ts";
import { createTaskLogs } from "../../adapters/aws/task-logs.ts";
import { DecantError } from "../../core/errors/problem.ts";
import type { RunStatus } from "../run-status.ts";
import { readDeployment } from "./deployment.ts";
import type { CloudOptions } from "./options.ts";
import { cloudStatus } from "./status.ts";

/** Payload fields that hold a task's pointer, by the state that runs the task. */
const TASK_FIELDS: Readonly<Record<string, string>> = {
  Profile: "profile",
  FineTune: "teacher",
  Compress: "compressed",
  FineTuneNodes: "teacher",
  CompressNodes: "compressed",
};

/** Where the run stands. Throws InvalidInput without a name or where there is none of that name. */
export async function statusInCloud(run: string | undefined, options: CloudOptions): Promise<RunStatus> {
  const name = required(run, "status");
  const { executions } = await deployed(options);
  const execution = await named(executions, name);
  return cloudStatus(name, execution, await executions.events(name, 0), Date.now());
}

/** Answers what was done. */
export async function stopInCloud(run: string, options: CloudOptions): Promise<string> {
  refuseLocal(run, options, "stop");
  const { executions } = await deployed(options);
  const { state } = await named(executions, run);
  if (state !== "RUNNING") return `${run} had ended already (${state})\n`;
  await executions.stop(run);
  return `stopped ${run}\n`;
}

/** Lines of the run's training tasks, one task after the other. */
export async function* logsInCloud(run: string, options: CloudOptions): AsyncIterable<string> {
  refuseLocal(run, options, "logs");
  const { executions, region, log_group } = await deployed(options);
  const { started_ms } = await named(executions, run);
  const logs = createTaskLogs(region, log_group);
  for (const { state, output } of taskOutputs(await executions.events(run, 0))) {
    yield `== ${state} ${output}\n`;
    for await (const { at_ms, text } of logs.linesOf(output, started_ms))
      yield `${new Date(at_ms).toISOString()} ${text}\n`;
  }
}

async function deployed({ deployment }: CloudOptions) {
  const { Region, StateMachineArn, TaskLogGroup } = await readDeployment(deployment);
  return { executions: createExecutions(Region, StateMachineArn), region: Region, log_group: TaskLogGroup };
}

async function named(executions: Executions, run: string): Promise<Execution> {
  const found = await executions.describe(run);
  if (found) return found;
  const message = `Expected a run named ${run} in the cloud, got none. AWS forgets executions after 90 days; what they made stays in the artifact bucket.`;
  throw new DecantError("InvalidInput", message);
}

function required(run: string | undefined, command: string): string {
  if (run !== undefined) return run;
  throw new DecantError("InvalidInput", `Expected a run's name with --cloud: decant ${command} RUN --cloud.`);
}

function refuseLocal(run: string, { cloud }: CloudOptions, command: string): void {
  if (cloud) return;
  const message = `Expected --cloud: a run on this machine is stopped by Ctrl-C and prints its own log. For a run in the cloud: decant ${command} ${run} --cloud.`;
  throw new DecantError("InvalidInput", message);
}

function taskOutputs(events: readonly StateEvent[]): { state: string; output: string }[] {
  return events.flatMap(({ state, input }) => {
    const pointer = (input as Record<string, { output?: unknown } | undefined> | undefined)?.[TASK_FIELDS[state] ?? ""];
    return typeof pointer?.output === "string" ? [{ state, output: pointer.output }] : [];
  });
}
