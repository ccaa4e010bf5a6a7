// JSON Lines manifests, as we, Hugging Face and SageMaker write them.
import { describe, expect, it } from "vitest";
import { jsonLines } from "../../../core/readers/json-lines.ts";

const files = ["a.png", "b.png", "train/c.png", "m.jsonl"].map((path) => ({ path, size_bytes: 1 }));

function read(text: string, group_column?: string, path = "m.jsonl") {
  return jsonLines.read({
    listing: { files },
    label_files: [{ path, text }],
    ...(group_column ? { group_column } : {}),
  });
}

describe("a JSON Lines manifest", () => {
  it("names its files as path, file_name or source-ref", () => {
    const text =
      '{"path":"a.png","label":"x"}\n\n{"file_name":"b.png","label":3,"split":"test"}\r\n{"source-ref":"train/c.png","label":"x","group":5}';
    expect(read(text)).toMatchObject({
      problems: [],
      rows: [
        { path: "a.png", label: "x" },
        { path: "b.png", label: "3", split: "test" },
        { path: "train/c.png", label: "x", group: "5" },
      ],
    });
  });

  it("tells every wrong line with its number", () => {
    const text = [
      "[1]",
      "{",
      '{"label":"x"}',
      '{"path":"a.png","file_name":"a.png","label":"x"}',
      '{"path":"a.png"}',
      '{"path":"a.png","label":{"a":1}}',
      '{"path":7,"label":"x"}',
      '{"path":"s3://bucket/a.png","label":"x"}',
      '{"path":"a\\u0000.png","label":"x"}',
      '{"path":"a.png","label":"\\ud800"}',
      '{"__proto__":{"path":"a.png"},"label":"x"}',
    ].join("\n");
    const { problems, rows } = read(text);
    expect(rows).toEqual([]);
    expect(problems.map(({ where }) => where).sort()).toEqual(
      Array.from({ length: 11 }, (_, at) => `m.jsonl:${at + 1}`).sort(),
    );
  });

  it("needs the group that the job names on every line", () => {
    expect(read('{"path":"a.png","label":"x","patient":"p"}', "patient").rows[0]?.group).toBe("p");
    expect(read('{"path":"a.png","label":"x"}', "patient").problems[0]?.message).toContain("the key patient");
  });
});
