// Options of the benchmark and the command that repeats it.
import { describe, expect, it } from "vitest";
import { commandOf, readOptions } from "../../../bench/peers/options.ts";

describe("options of bench:peers", () => {
  it("run every part without --only", () => {
    expect(readOptions(["--data", "flowers"]).parts).toEqual(["fidelity", "speed", "chain", "page"]);
  });

  it("need a data set, unless only pages are written", () => {
    expect(() => readOptions(["--only", "chain"])).toThrow("Expected --data");
    expect(readOptions(["--only", "page"]).parts).toEqual(["page"]);
  });

  it("refuse what they don't know", () => {
    expect(() => readOptions(["--data", "a", "--only", "speeds"])).toThrow("got speeds");
    expect(() => readOptions(["--data", "a", "--shares", "8,x"])).toThrow("--shares");
    expect(() => readOptions(["--data", "a", "--seeds", "0"])).toThrow("--seeds");
  });

  it("give a command that reads as the same options", () => {
    const options = readOptions([
      "--data",
      "a",
      "--pooled",
      "b",
      "--time",
      "90 s",
      "--shares",
      "8,16",
      "--only",
      "chain",
    ]);
    const command = commandOf("chain", options);
    const args = command.replace("npm run bench:peers -- ", "").match(/"[^"]*"|\S+/g)!;
    expect(readOptions(args.map((each) => each.replaceAll('"', "")))).toEqual(options);
  });
});
