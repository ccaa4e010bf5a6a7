// Lines of a task's standard output.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTaskEvent } from "../../../core/workflow/task-event.ts";

describe("a line of a task", () => {
  it("is progress with those fields that have the right type", () => {
    const line = '{"event":"progress","step":"s","done":1,"total":"x","message":"m","metrics":{"loss":0.5,"bad":"x"}}';
    expect(parseTaskEvent(line)).toEqual({
      event: "progress",
      step: "s",
      done: 1,
      message: "m",
      metrics: { loss: 0.5 },
    });
  });

  it("is an error with its problems", () => {
    const line = '{"event":"error","code":"OutOfMemory","problems":[{"message":"m","where":"w"},{"no":1}]}';
    expect(parseTaskEvent(line)).toEqual({
      event: "error",
      code: "OutOfMemory",
      problems: [{ message: "m", where: "w" }],
    });
  });

  it.each([
    "",
    "text",
    "{",
    "[]",
    "null",
    '{"event":"progress"}',
    '{"event":"error","code":"NoSuchCode"}',
    '{"event":"other"}',
  ])("is no event when it is %j", (line) => {
    expect(parseTaskEvent(line)).toBeUndefined();
  });

  it("never makes the parser throw", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => void parseTaskEvent(line)));
  });
});
