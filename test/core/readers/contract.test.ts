// What holds for every reader: hostile text and listings end in rows inside the folder, or in problems; never in a crash.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { READERS } from "../../../core/readers/list.ts";
import type { LabelFile, Listing, Reader, ReadResult } from "../../../core/readers/reader.ts";

const LISTING: Listing = {
  files: ["a/1.png", "a/2.jpg", "b/3.PNG", "b/notes.txt", "manifest.csv", "manifest.jsonl"].map((path) => ({
    path,
    size_bytes: 10,
  })),
};
const TEXTS: Readonly<Record<string, string>> = {
  csv: 'path,label,split,group\na/1.png,cat,train,x\n"a/2.jpg","dog",val,y\nb/3.PNG,cat,test,z\n',
  "json-lines":
    '{"path":"a/1.png","label":"cat"}\n{"path":"a/2.jpg","label":1,"group":"x"}\n{"path":"b/3.PNG","label":true}\n',
};

function read(reader: Reader, text: string, file: LabelFile = { path: "manifest.csv" }): ReadResult {
  const label_files = reader.key === "image-folder" ? [] : [{ ...file, text }];
  return reader.read({ listing: LISTING, label_files });
}

function expectSound(result: ReadResult): void {
  const files = new Set(LISTING.files.map(({ path }) => path));
  for (const { path, label } of result.rows) {
    expect(files.has(path)).toBe(true);
    expect(label.trim()).not.toBe("");
  }
  expect(result.problems.length).toBeLessThan(100);
  for (const { message } of result.problems) expect(message.length).toBeLessThan(1000);
}

describe.each(READERS.map((reader) => [reader.key, reader] as const))("the reader %s", (key, reader) => {
  it("has its own key and a description", () => {
    expect(key).toMatch(/^[a-z][a-z-]+$/);
    expect(reader.description.length).toBeGreaterThan(20);
  });

  it("reads a good source without a problem", () => {
    const result = read(reader, TEXTS[key] ?? "");
    expect(result.problems).toEqual([]);
    expect(result.rows).toHaveLength(3);
  });

  it("isn't there in an empty folder, nor crashes on one", () => {
    expect(reader.detect({ files: [] })).toBeUndefined();
    expect(reader.read({ listing: { files: [] }, label_files: [] }).rows).toEqual([]);
  });

  it("answers any listing with rows of that listing", () => {
    const name = fc.oneof(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 5 }),
      fc.constantFrom("train", "test", "a", "b"),
    );
    const path = fc
      .tuple(fc.array(name, { maxLength: 4 }), name, fc.constantFrom("png", "JPG", "txt", "csv", "jsonl"))
      .map(([folders, stem, extension]) => [...folders, `${stem}.${extension}`].join("/"));
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 20 }), (paths) => {
        const listing = { files: paths.map((p) => ({ path: p, size_bytes: 1 })) };
        const found = reader.detect(listing);
        const label_files = (found?.label_files ?? []).map((file) => ({ ...file, text: "path,label\na.png,b\n" }));
        for (const row of reader.read({ listing, label_files }).rows) expect(paths).toContain(row.path);
      }),
    );
  });

  it("survives any text, and any mutation of a good one", () => {
    const good = TEXTS[key] ?? "";
    const edit = fc.tuple(
      fc.nat(good.length),
      fc.nat(9),
      fc.oneof(
        fc.string({ unit: "binary", maxLength: 5 }),
        fc.constantFrom('"', "\0", "\r", "\n", ",", "{", "../", "\ufeff"),
      ),
    );
    const mutated = fc
      .array(edit, { minLength: 1, maxLength: 5 })
      .map((edits) => edits.reduce((now, [at, cut, put]) => now.slice(0, at) + put + now.slice(at + cut), good));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary", maxLength: 300 }), mutated), (text) =>
        expectSound(read(reader, text)),
      ),
      {
        numRuns: 150,
      },
    );
  });

  it("ends on very many lines, good or bad", { timeout: 120_000 }, () => {
    for (const line of [TEXTS[key]?.split("\n")[1] ?? "", "x", '"', "{}", "../x,y"]) {
      const header = key === "csv" ? "path,label,split,group\n" : "";
      expectSound(read(reader, header + `${line}\n`.repeat(100_000)));
    }
  });
});
