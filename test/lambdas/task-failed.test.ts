// A failed Batch job says nothing of why: the task's own record does.
import { describe, expect, it } from "vitest";
import type { TaskPointer } from "../../core/workflow/payload.ts";
import { taskFailed } from "../../lambdas/task-failed.ts";
import { folderServices, layStep } from "../fixtures/folder-services.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const output = "s3://bucket/steps/compress/k";
const task: TaskPointer = {
  step: "compress",
  key: "k",
  done: false,
  input: `${output}/input-task-0002.json`,
  output,
  deadline_ms: "",
};
const jobFailed = {
  Error: "States.TaskFailed",
  Cause: JSON.stringify({ JobName: "decant-Compress", StatusReason: "Essential container in task exited" }),
};

async function serviceWith(record?: string, path = "steps/compress/k/failed-task-0002.json") {
  const services = folderServices(temporaryFolder());
  if (record !== undefined) await services.store.putIfAbsent(path, new TextEncoder().encode(record));
  return services;
}

describe("a failed task", () => {
  it("fails under the code and with the problems of its record", async () => {
    const problems = [{ message: "parity is off by 3e-3", where: "model.onnx" }];
    const services = await serviceWith(JSON.stringify({ code: "CandidateRejected", problems }));
    await expect(taskFailed({ task, error: jobFailed }, services)).rejects.toMatchObject({
      code: "CandidateRejected",
      problems,
    });
  });

  it.each([
    ["no record", undefined],
    ["a record cut off", '{"code": "OutOfMem'],
    ["a code that nobody knows", '{"code": "Tired", "problems": [{"message": "no"}]}'],
  ])("is a failed child with Batch's reason where there is %s", async (_what, record) => {
    const services = await serviceWith(record);
    await expect(taskFailed({ task, error: jobFailed }, services)).rejects.toMatchObject({
      code: "ChildFailed",
      message: expect.stringContaining("Essential container in task exited"),
    });
  });

  it("is a failed child, which raises the alarm, where reclaimed machines stopped it time after time", async () => {
    const problems = [{ message: "stopped; the checkpoint is kept" }];
    const services = await serviceWith(JSON.stringify({ code: "Stopped", problems }));
    await expect(taskFailed({ task, error: jobFailed }, services)).rejects.toMatchObject({
      code: "ChildFailed",
      message: expect.stringMatching(/machines were taken back \(Essential container in task exited\)/),
    });
  });

  it("does not read another attempt's record", async () => {
    const record = JSON.stringify({ code: "OutOfMemory", problems: [{ message: "full" }] });
    const services = await serviceWith(record, "steps/compress/k/failed-task-0001.json");
    await expect(taskFailed({ task, error: jobFailed }, services)).rejects.toMatchObject({ code: "ChildFailed" });
  });

  it("keeps a name that is one of ours already", async () => {
    const error = { Error: "OutOfMemory", Cause: "no memory left" };
    await expect(taskFailed({ task, error }, await serviceWith())).rejects.toMatchObject({
      code: "OutOfMemory",
      message: "no memory left",
    });
  });

  it("is no failure where the result is there", async () => {
    const services = folderServices(temporaryFolder());
    const done = await layStep(services, "compress", { files: {} });
    await expect(taskFailed({ task: { ...task, ...done }, error: jobFailed }, services)).resolves.toEqual({});
  });
});
