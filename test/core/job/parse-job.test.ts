// Job files: what they resolve to, and how every problem of a wrong one is told at once.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ParsedJob, parseJob } from "../../../core/job/parse-job.ts";
import { READERS } from "../../../core/readers/list.ts";
import { TARGETS } from "../../../core/targets/list.ts";
import schema from "../../../schemas/job.schema.json" with { type: "json" };

const FULL = `
version: 1
name: flowers
task: image-classification
data: { source: ./flowers, group: plant, resize: contain }
model: { teacher: auto, candidates: auto, input-sizes: [128, 160] }
target: { device: this-machine, threads: 2 }
budget:
  size: 2 MB
  latency-p95: 4 ms
  accuracy-drop: 1 %
  time: 15 min
  spend: 2 USD
seed: 7
`;
const SHORT = "version: 1\nname: a\ntask: image-classification\ndata: {source: x}\ntarget: {device: this-machine}\n";

function problemsOf(parsed: ParsedJob): string[] {
  return "problems" in parsed ? parsed.problems.map(({ where, message }) => `${where}: ${message}`) : [];
}

describe("a job", () => {
  it("resolves units, defaults and names", () => {
    expect(parseJob(FULL, "decant.yaml")).toEqual({
      job: {
        version: 1,
        name: "flowers",
        task: "image-classification",
        data: { source: "./flowers", group: "plant", resize: "contain" },
        model: { teacher: "auto", candidates: "auto", input_sizes: [160, 128] },
        target: { device: "this-machine", threads: 2 },
        budget: { size_bytes: 2e6, latency_ms_p95: 4, accuracy_drop_points: 1, time_s: 900, spend_usd: 2 },
        promotion: { margin_points: 1, class_margin_points: 5 },
        seed: 7,
      },
    });
  });

  it("says by how much a new file may be worse than the champion", () => {
    const parsed = parseJob(`${SHORT}promotion: { margin: 0.5 %, class-margin: 100 % }\n`, "decant.yaml");
    expect(parsed).toMatchObject({ job: { promotion: { margin_points: 0.5, class_margin_points: 100 } } });
    expect(problemsOf(parseJob(`${SHORT}promotion: { margin: 0.01 }\n`, "decant.yaml"))).toEqual([
      "decant.yaml:6:22 (/promotion/margin): Expected percentage points such as 1 % or 0.5 %, from 0 % to 100 %, got 0.01.",
    ]);
  });

  it("makes no promise that isn't written", () => {
    const parsed = parseJob(SHORT, "decant.yaml");
    expect(parsed).toMatchObject({ job: { budget: {}, seed: 0, target: { threads: 1 }, data: { resize: "cover" } } });
  });

  it("may be JSON", () => {
    const json = JSON.stringify({
      version: 1,
      name: "a",
      task: "image-classification",
      data: { source: "x" },
      target: { device: "this-machine" },
    });
    expect(parseJob(json, "job.json")).toEqual(parseJob(SHORT, "job.json"));
    expect(parseJob(JSON.stringify(JSON.parse(json), null, "\t"), "job.json")).toEqual(parseJob(SHORT, "job.json"));
  });
});

describe("a wrong job", () => {
  it("is told every problem with its line, column and pointer, in the order of the file", () => {
    const text = `version: 1
name: Bad Name
task: image-clasification
data: { sorce: ./x }
target: { device: this_machine, threads: 0 }
budget:
  size: 2 Mb
  latency_p95: 4
  time: 15
`;
    expect(problemsOf(parseJob(text, "decant.yaml"))).toEqual([
      'decant.yaml:2:7 (/name): Expected a name of 1 to 40 lower-case letters, digits and hyphens, such as flowers, got "Bad Name".',
      'decant.yaml:3:7 (/task): Expected image-classification, got "image-clasification". Did you mean image-classification?',
      "decant.yaml:4:1 (/data/source): Missing key source: expected a folder, CSV file or JSON Lines manifest, relative to this file.",
      'decant.yaml:4:9 (/data/sorce): Unknown key "sorce". Did you mean source?',
      'decant.yaml:5:19 (/target/device): Expected lambda-arm64, lambda-x86-64 or this-machine, got "this_machine". Did you mean this-machine?',
      "decant.yaml:5:42 (/target/threads): Expected a whole number of threads from 1 to 256, got 0.",
      'decant.yaml:7:9 (/budget/size): Expected a size such as 2 MB, 1.5 MiB or 900 kB, or a number of bytes, got "2 Mb".',
      'decant.yaml:8:3 (/budget/latency_p95): Unknown key "latency_p95". Did you mean latency-p95?',
      "decant.yaml:9:9 (/budget/time): Expected a duration with its unit, such as 4 ms, 90 s, 15 min or 2 h, got 15.",
    ]);
  });

  it.each([
    ["an empty file", "", "got nothing"],
    ["a list", "[]", "got a list"],
    ["a text", "hello", 'got "hello"'],
    ["a duplicate key", `${SHORT}seed: 1\nseed: 2\n`, "unique"],
    ["an unknown tag", `${SHORT}seed: !!python/object 1\n`, "tag"],
    ["an anchor", `${SHORT}seed: &a 1\n`, "anchor"],
    ["an explicit key", "? a\n: b\n", "explicit key"],
    ["two documents", `${SHORT}---\n${SHORT}`, "documents"],
    ["a NUL byte", "version: 1\0", "NUL"],
    ["a huge file", "#".repeat(70_000), "at most"],
    ["a prototype", `${SHORT}__proto__: {a: 1}\n`, '"__proto__"'],
    ["a URL for data", SHORT.replace("source: x", 'source: "https://x"'), "a URL"],
    ["a lone surrogate", SHORT.replace("source: x", 'source: "\\ud800"'), "surrogate"],
    ["a control character", SHORT.replace("source: x", 'source: "a\\0b"'), "control"],
    ["weights without a network", `${SHORT}model: {teacher: "file:w.safetensors"}`, "architecture"],
    ["a network without weights", `${SHORT}model: {architecture: resnet18}`, "no architecture"],
    ["a zero size", `${SHORT}budget: {size: 0 MB}`, "at least 1 B"],
  ])("is refused where it is %s", (_name, text, words) => {
    expect(problemsOf(parseJob(text, "job.yaml")).join("\n")).toContain(words);
  });
});

describe("hostile jobs", () => {
  it("never crash the parser, whatever was done to a good one", () => {
    const edit = fc.record({
      at: fc.nat(FULL.length),
      remove: fc.nat(12),
      insert: fc.oneof(
        fc.string({ unit: "binary", maxLength: 6 }),
        fc.constantFrom("&a ", "*a", "? ", "[", "{", "!!x ", "\t", "- ", "|", ">", "%", ": ", "#", "'", '"'),
      ),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
        const text = edits.reduce(
          (now, { at, remove, insert }) => now.slice(0, at) + insert + now.slice(at + remove),
          FULL,
        );
        const parsed = parseJob(text, "job.yaml");
        if ("problems" in parsed) expect(parsed.problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  it("end at once where they are bombs", () => {
    const aliases = `a: &a [1,1,1,1,1,1,1,1]\n${"bcdefghi"
      .split("")
      .map((key, at) => `${key}: &${key} [${`*${"abcdefgh"[at]},`.repeat(8)}]`)
      .join("\n")}`;
    const bombs = [
      aliases,
      "? ".repeat(30_000),
      "- ".repeat(30_000),
      "[".repeat(60_000),
      "{".repeat(30_000) + "}".repeat(30_000),
      "{a: ".repeat(15_000),
      "&a ".repeat(20_000),
      "!!x ".repeat(15_000),
      "a:\n ".repeat(15_000),
      "- - - - ".repeat(8000),
      "- -\t".repeat(16_000),
      Array.from({ length: 250 }, (_, at) => `${" ".repeat(at)}a:`).join("\n"),
      Array.from({ length: 250 }, (_, at) => `${" ".repeat(at)}-`).join("\n"),
      Array.from({ length: 250 }, (_, at) => `${" ".repeat(at)}? `).join("\n"),
      "--- \n".repeat(12_000),
      "%YAML 1.2\n".repeat(6000),
      "a".repeat(65_000),
      "'".repeat(65_000),
      '"\\'.repeat(30_000),
    ];
    for (const bomb of bombs) expect(problemsOf(parseJob(bomb, "job.yaml"))).not.toEqual([]);
  });
});

describe("the job's schema", () => {
  it("names every reader and every target", () => {
    expect(schema.properties.data.properties.layout.enum).toEqual(READERS.map(({ key }) => key));
    expect(schema.properties.target.properties.device.enum).toEqual(TARGETS.map(({ key }) => key));
  });
});
