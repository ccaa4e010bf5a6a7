// manifest.jsonl back to rows.
import { expect, test } from "vitest";
import { parseManifestRows } from "../../../core/prepared-data/manifest-rows.ts";

const row = { path: "a/b.png", sha256: "00", size_bytes: 3, label: 1, split: "train" };

test("reads rows in order, with or without a last line break", () => {
  const lines = [row, { ...row, path: "c", group: "g" }].map((item) => JSON.stringify(item));
  expect(parseManifestRows(lines.join("\n"))).toEqual(parseManifestRows(`${lines.join("\n")}\n`));
  expect(parseManifestRows(lines.join("\n"))[1]).toEqual({ ...row, path: "c", group: "g" });
  expect(parseManifestRows("")).toEqual([]);
});

test("refuses a row that Plan would not write, with its line", () => {
  for (const wrong of [{ split: "val" }, { label: 0.5 }, { path: 7 }, { size_bytes: -0.5 }]) {
    const text = [row, { ...row, ...wrong }].map((item) => JSON.stringify(item)).join("\n");
    expect(() => parseManifestRows(text)).toThrow(/line 2/);
  }
});
