// A job that runs again on its schedule, with the real handlers and, in place of training, models that are there at once:
// on unchanged data nothing is done again; on changed data the challenger meets the champion on the common test images.
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { onnx } from "onnx-proto";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { interpret } from "../../cli/laptop/interpret.ts";
import { loadJob } from "../../cli/load-job.ts";
import { WORKFLOW } from "../../core/workflow/document.ts";
import { HANDLERS } from "../../lambdas/list.ts";
import type { Published } from "../../lambdas/publish.ts";
import { writeRunJob } from "../../lambdas/run-job.ts";
import type { Services } from "../../lambdas/services.ts";
import { colourModel } from "../fixtures/colour-model.ts";
import { folderServices } from "../fixtures/folder-services.ts";
import { madeUpInputs } from "../fixtures/report-model.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { layTinyJob, type TinyJob } from "../fixtures/tiny-job.ts";

const SIZE = 128;
const PRETRAINED_SIZE = 224;

interface Session {
  readonly tasks: readonly string[];
  readonly published: Published;
}

/** One time of the schedule. */
async function runAt(hour: number, job: TinyJob, services: Services): Promise<Session> {
  const run = `tiny-${hour}`;
  const time = `2030-01-01T0${hour}:00:00.000Z`;
  const loaded = await loadJob(job.job);
  const trigger = { bucket: "inbox", key: "scheduled/tiny.yaml", time };
  await writeRunJob(services, run, { ...loaded, origin: { trigger, order: time, accepted_ms: 0 } });
  const tasks: string[] = [];
  let published: unknown;
  await interpret({
    document: WORKFLOW,
    input: { run, map_concurrency: 1, deadline_ms: null, target_function: 0 },
    lambda: async (state, payload) => {
      const answer = await HANDLERS[state]!(payload, services);
      if (state === "Publish") published = answer;
      return answer;
    },
    task: async (state, { INPUT = "" }) => {
      tasks.push(state);
      await train(JSON.parse(await readFile(INPUT, "utf8")), services, job);
    },
    signal: services.signal,
  });
  return { tasks, published: published as Published };
}

interface TaskInput {
  readonly step: string;
  readonly key: string;
  readonly parameters: { readonly candidate: { readonly input_size: number } };
}

async function train({ step, key, parameters }: TaskInput, services: Services, job: TinyJob) {
  const { teacher } = madeUpInputs();
  const attempt = await services.files.begin({ step, key });
  const put = (name: string, content: string | Uint8Array) => writeFile(join(attempt.folder, name), content);
  const output = {
    profile: async () => JSON.parse(await readFile(job.profile, "utf8")) as unknown,
    "fine-tune": async () => {
      await put("teacher.onnx", trainedModel(SIZE));
      await put("baseline.onnx", trainedModel(PRETRAINED_SIZE));
      return { ...teacher, input_size: SIZE };
    },
    compress: async () => {
      const { candidate } = parameters;
      await put("model.onnx", trainedModel(candidate.input_size));
      return { candidate, parameters: 3, macs: 3, parity: teacher!.parity, files: { onnx: "model.onnx" } };
    },
  }[step]!;
  await put("output.json", JSON.stringify(await output()));
  await put("curves.json", "[]");
  await attempt.commit();
}

/** Mean colours turned into the order of the job's classes (blue, green, red) by weights that can be quantized. */
function trainedModel(size: number): Uint8Array {
  const model = onnx.ModelProto.decode(colourModel(size));
  const { node, initializer } = model.graph!;
  node!.at(-1)!.output = ["colours"];
  node!.push(onnx.NodeProto.create({ opType: "MatMul", input: ["colours", "order"], output: ["logits"] }));
  const order = new Float32Array([0, 0, 1, 0, 1, 0, 1, 0, 0]);
  const { FLOAT: dataType } = onnx.TensorProto.DataType;
  const rawData = new Uint8Array(order.buffer);
  initializer!.push(onnx.TensorProto.create({ name: "order", dataType, dims: [3, 3], rawData }));
  return onnx.ModelProto.encode(model).finish();
}

/** Brings more pictures of one colour: new bytes, so new samples. */
async function addPictures({ job }: TinyJob): Promise<void> {
  for (let index = 0; index < 12; index += 1) {
    const background = { r: 200 + index, g: 40, b: 40 };
    const image = sharp({ create: { width: 72, height: 72, channels: 3, background } });
    await image.png().toFile(join(dirname(job), "data", "red", `more-${index}.png`));
  }
}

describe("a scheduled run", () => {
  it("of unchanged data trains nothing, and the champion stays what it is", async () => {
    const job = await layTinyJob();
    const services = folderServices(temporaryFolder());
    const first = await runAt(1, job, services);
    expect(first.tasks).toEqual(expect.arrayContaining(["Profile", "FineTune", "Compress"]));
    expect(first.published.champion.outcome).toBe("first");
    const again = await runAt(2, job, services);
    expect(again.tasks).toEqual([]);
    expect(again.published.champion.outcome).toBe("unchanged");
    expect(again.published.manifest_sha256).toBe(first.published.manifest_sha256);
  }, 120_000);

  it("of changed data trains again, and is held against the champion on the test images of both", async () => {
    const job = await layTinyJob();
    const services = folderServices(temporaryFolder());
    await runAt(1, job, services);
    await addPictures(job);
    const { tasks, published } = await runAt(2, job, services);
    expect(tasks).toEqual(expect.arrayContaining(["FineTune", "Compress"]));
    // Some fifteen test images can't show that it isn't worse by a point: it is published, and the champion stays.
    expect(published.champion).toMatchObject({ outcome: "not-promoted", comparison: { difference_points: 0 } });
    const { n } = published.champion.comparison!;
    expect(n).toBeGreaterThan(10);
    expect(n).toBeLessThan(30);
  }, 120_000);
});
