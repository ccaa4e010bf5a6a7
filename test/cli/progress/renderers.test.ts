// The renderers: the same events as JSON lines, plain lines, and on a terminal.
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { createJsonLines } from "../../../cli/progress/json-lines.ts";
import { createPlainLines } from "../../../cli/progress/plain-lines.ts";
import type { Renderer, RunEvent, RunResult } from "../../../cli/progress/run-event.ts";

const EVENTS: readonly RunEvent[] = [
  { event: "run", run: "r", store: "s", resumed: false },
  { event: "state", state: "Compress", status: "entered", candidate: "c" },
  { event: "progress", step: "compress", done: 1, total: 4, message: "epoch 1", metrics: { loss: 0.123456 } },
  { event: "progress", step: "compress", done: 2, total: 4 },
  { event: "state", state: "Compress", status: "succeeded", candidate: "c", seconds: 75 },
  { event: "warning", message: "careful" },
];
const RESULT: RunResult = { status: "failed", run: "r", artifact: null, report: null };

async function play(make: (out: NodeJS.WritableStream, err: NodeJS.WritableStream) => Renderer) {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const renderer = make(out, err);
  for (const event of EVENTS) renderer.show(event);
  await renderer.end({ result: RESULT, problems: ["decant: why"], table: [], hints: ["To go on: ..."] });
  const lines = (stream: PassThrough) =>
    String(stream.read() ?? "")
      .trimEnd()
      .split("\n");
  return { out: lines(out), err: lines(err) };
}

describe("JSON lines", () => {
  it("are every event, and last the result with exactly its four fields", async () => {
    const { out, err } = await play(createJsonLines);
    expect(out.map((line) => JSON.parse(line))).toEqual([...EVENTS, RESULT]);
    expect(Object.keys(JSON.parse(out.at(-1)!))).toEqual(["status", "run", "artifact", "report"]);
    expect(err).toEqual(["decant: why", "To go on: ..."]);
  });
});

describe("plain lines", () => {
  it("are a line for each state, progress now and then, and the result", async () => {
    let clock = 10_000;
    const { out, err } = await play((o, e) => createPlainLines(o, e, () => clock++));
    expect(out).toEqual([
      "starting run r in s",
      "compress c ...",
      "  compress: epoch 1, 25 %, loss 0.1235",
      "compress c: done in 1 min 15 s",
      "failed: run r",
    ]);
    expect(err).toEqual(["warning: careful", "decant: why", "To go on: ..."]);
  });
});
