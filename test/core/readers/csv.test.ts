// CSV manifests.
import { describe, expect, it } from "vitest";
import { csv } from "../../../core/readers/csv.ts";

const files = ["a.png", "b.png", "sub/c.png", "notes.txt", "labels.csv"].map((path) => ({ path, size_bytes: 1 }));

function read(text: string, group_column?: string, path = "labels.csv") {
  return csv.read({ listing: { files }, label_files: [{ path, text }], ...(group_column ? { group_column } : {}) });
}
const told = (text: string, group?: string) =>
  read(text, group).problems.map(({ where, message }) => `${where} ${message}`);

describe("a CSV manifest", () => {
  it("has path and label, and maybe split and group, in any order", () => {
    const text = "\ufeffgroup,label,path,split\r\np1, cat ,./a.png,valid\r\n,dog,b.png,train\r\n";
    expect(read(text)).toMatchObject({
      problems: [],
      rows: [
        { path: "a.png", label: "cat", split: "validation", group: "p1" },
        { path: "b.png", label: "dog", split: "train" },
      ],
    });
  });

  it("may hold quoted commas, and its group in a column that the job names", () => {
    expect(read('path,label,patient\na.png,"cat, black",7\n', "patient").rows).toEqual([
      { path: "a.png", label: "cat, black", group: "7" },
    ]);
  });

  it("tells every wrong row with its line", () => {
    const text = [
      "path,label,split",
      "../x.png,cat,",
      "/etc/passwd,cat,",
      "https://x/y.png,cat,",
      "C:/x.png,cat,",
      "a\\b.png,cat,",
      "missing.png,cat,",
      "a.png,,",
      "a.png,cat,trian",
      "a.png,cat",
      "notes.txt,cat,",
    ].join("\n");
    expect(told(text)).toEqual([
      'labels.csv:2 Expected a path without "..", got "../x.png".',
      'labels.csv:3 Expected a path relative to the manifest, got "/etc/passwd".',
      'labels.csv:4 Expected a path in the data folder, not a URL, got "https://x/y.png".',
      'labels.csv:5 Expected a path relative to the manifest, got "C:/x.png".',
      'labels.csv:6 Expected a path with forward slashes, got "a\\b.png".',
      "labels.csv:7 Expected the file missing.png, but it isn't there.",
      "labels.csv:8 Expected a label, got an empty one.",
      'labels.csv:9 Expected a split of train, val, valid, validation or test, got "trian"; did you mean train?.',
      "labels.csv:10 Expected 3 values as in the header, got 2: put text with commas in double quotes.",
    ]);
    expect(read(text).left_out).toMatchObject([{ path: "notes.txt", reason: "unsupported" }]);
  });

  it("tells what the header lacks", () => {
    expect(told("file,labels\n")).toEqual([
      'labels.csv:1 Expected a header with the column path, got "file,labels".',
      'labels.csv:1 Expected a header with the column label, got "file,labels". Did you mean labels? Rename it to label.',
    ]);
    expect(told("path;label\na.png;x\n")[0]).toContain("semicolons");
    expect(told("path,label\n", "patient")[0]).toContain("patient (the job's data.group)");
    expect(told("path,label,label\n")[0]).toContain('"label" twice');
    expect(told("")[0]).toContain("column path");
  });

  it("tells the line of an unclosed quote", () => {
    expect(told('path,label\na.png,"cat\n')[0]).toMatch(/^labels\.csv:\d+ Expected well-formed CSV/);
  });

  it("sums up many problems of one kind", () => {
    const problems = told(`path,label\n${"x.png,cat\n".repeat(1000)}`);
    expect(problems).toHaveLength(6);
    expect(problems.at(-1)).toContain("And 995 more rows that name a missing file.");
  });

  it("says which images no row names", () => {
    expect(read("path,label\na.png,x\n").notes).toEqual([
      "2 images are in the folder but in no row, so they are not used (b.png, sub/c.png).",
    ]);
  });

  it("reads paths from where it lies", () => {
    expect(read("path,label\nc.png,x\n", undefined, "sub/metadata.csv").rows[0]?.path).toBe("sub/c.png");
  });
});
