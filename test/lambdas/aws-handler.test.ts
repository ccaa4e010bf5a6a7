// A handler as a Lambda function: what it throws, what it prints, and what it does when its time runs out.
import { describe, expect, it } from "vitest";
import { readLambdaMachine, readTaskMachine } from "../../adapters/lambda-machine.ts";
import { DecantError } from "../../core/errors/problem.ts";
import { messageOfCause } from "../../core/workflow/cause.ts";
import { TASK_PACKAGES } from "../../core/workflow/task-packages.ts";
import { awsHandler, type LambdaHome } from "../../lambdas/aws-handler.ts";
import type { CloudOptions } from "../../lambdas/cloud-services.ts";
import type { Handler } from "../../lambdas/list.ts";
import { folderServices } from "../fixtures/folder-services.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const VERSIONS = Object.fromEntries(TASK_PACKAGES.map((name) => [name, "1.0"]));
const ENVIRONMENT = {
  TASK_MACHINE: "g6.xlarge",
  TASK_THREADS: "4",
  TASK_PACKAGE_VERSIONS: JSON.stringify(VERSIONS),
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1769",
};

async function call(handler: Handler, left_ms = 60_000) {
  const lines: unknown[] = [];
  const home: LambdaHome = {
    environment: ENVIRONMENT,
    write: (line) => lines.push(JSON.parse(line)),
    createServices: async ({ signal, progress }: CloudOptions) => ({
      ...folderServices(temporaryFolder()),
      signal,
      progress,
    }),
  };
  const context = { functionName: "decant-Measure", getRemainingTimeInMillis: () => left_ms };
  const outcome: { answer?: unknown; error?: Error } = await awsHandler(handler, home)({ run: "r" }, context).then(
    (answer) => ({ answer }),
    (error: Error) => ({ error }),
  );
  return { ...outcome, lines };
}

describe("a handler as a Lambda function", () => {
  it("gets the payload and answers JSON, null where it answers nothing", async () => {
    expect(await call(async (payload: unknown) => payload)).toMatchObject({ answer: { run: "r" } });
    expect(await call(async () => undefined)).toMatchObject({ answer: null });
  });

  it("prints progress as JSON lines", async () => {
    const { lines } = await call(async (_, services) => services.progress({ step: "measure", done: 1, total: 2 }));
    expect(lines).toEqual([{ event: "progress", step: "measure", done: 1, total: 2 }]);
  });

  it("throws under the code's name with every problem, as the workflow's causes are read", async () => {
    const problems = [{ message: "one" }, { message: "two", where: "a file" }];
    const { error, lines } = await call(() => Promise.reject(new DecantError("InvalidData", problems)));
    expect(error?.name).toBe("InvalidData");
    expect(messageOfCause(JSON.stringify({ errorType: error!.name, errorMessage: error!.message }))).toBe(
      "one\na file: two",
    );
    expect(lines).toEqual([{ event: "error", code: "InvalidData", problems }]);
  });

  it("names what nobody foresaw a Defect, and prints where it came from", async () => {
    const { error, lines } = await call(() => Promise.reject(new TypeError("x is undefined")));
    expect(error).toMatchObject({ name: "Defect", message: "x is undefined" });
    expect(lines).toMatchObject([{ code: "Defect", stack: expect.stringContaining("x is undefined") as string }]);
  });

  it("shortens a message that would not fit into the state's payload", async () => {
    const { error } = await call(() => Promise.reject(new DecantError("InvalidData", "a".repeat(300_000))));
    expect(error!.message.length).toBeLessThan(20_000);
    expect(error!.message).toContain("the function's log holds the rest");
  });

  it("stops itself before the function's time is up, also where the handler doesn't look", async () => {
    let signalled = false;
    const deaf = await call(() => new Promise(() => {}), 5010);
    const listening = await call((_, { signal }) => {
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          signalled = true;
          reject(new Error("a stream was cut off"));
        });
      });
    }, 5010);
    for (const { error } of [deaf, listening]) {
      expect(error?.name).toBe("ChildFailed");
      expect(error?.message).toContain("decant-Measure came to its time limit");
    }
    expect(signalled).toBe(true);
  });
});

describe("the machines of a Lambda function", () => {
  it("are the function itself for what is measured, and the deployment's word for GPU tasks", async () => {
    const machine = await readLambdaMachine(ENVIRONMENT);
    expect(machine.os).toMatch(/^AWS Lambda, 1769 MB, /);
    expect(machine.architecture).toBe(process.arch);
    expect(machine.versions["onnxruntime-node"]).toMatch(/^\d/);
    expect(readTaskMachine(ENVIRONMENT)).toEqual({
      architecture: "x64",
      cores: 4,
      cpu_flags: [],
      cpu_model: "g6.xlarge",
      versions: VERSIONS,
    });
  });

  it.each([
    ["TASK_THREADS", { TASK_THREADS: "many" }],
    ["TASK_MACHINE", { TASK_MACHINE: "" }],
    ["TASK_PACKAGE_VERSIONS", { TASK_PACKAGE_VERSIONS: "{" }],
    ["torchvision", { TASK_PACKAGE_VERSIONS: JSON.stringify({ ...VERSIONS, torchvision: undefined }) }],
  ])("refuse a deployment without a usable %s", (name, change) => {
    expect(() => readTaskMachine({ ...ENVIRONMENT, ...change })).toThrow(name);
  });
});
