// Class folders, with and without splits, and what is refused.
import { describe, expect, it } from "vitest";
import { imageFolder } from "../../../core/readers/image-folder.ts";

function read(paths: string[], group_column?: string) {
  const files = paths.map((path) => ({ path, size_bytes: 1 }));
  return imageFolder.read({ listing: { files }, label_files: [], ...(group_column ? { group_column } : {}) });
}

describe("the image folder", () => {
  it("takes labels from folders, whatever the case of the extension", () => {
    const paths = ["a/1.png", "a/2.JPG", "b/3.webp", "b/4.TIFF", "b/5.gif", "b/6.jpeg", "b/7.tif"];
    expect(
      read(paths)
        .rows.map(({ label }) => label)
        .join(""),
    ).toBe("aabbbbb");
  });

  it("knows the names of splits, in any case", () => {
    const { rows, problems } = read([
      "Train/a/1.png",
      "valid/a/2.png",
      "validation/b/3.png",
      "val/a/4.png",
      "test/b/5.png",
    ]);
    expect(problems).toEqual([]);
    expect(rows.map(({ split, label }) => `${split} ${label}`)).toEqual([
      "train a",
      "validation a",
      "validation b",
      "validation a",
      "test b",
    ]);
  });

  it("lets a class be called train, beside a bus", () => {
    expect(read(["bus/1.png", "train/2.png"]).rows).toEqual([
      { path: "bus/1.png", label: "bus" },
      { path: "train/2.png", label: "train" },
    ]);
  });

  it("refuses nested classes once a folder, with a way out", () => {
    const { rows, problems } = read(["photo/cat/1.png", "photo/dog/2.png", "sketch/cat/3.png"]);
    expect(rows).toEqual([]);
    expect(problems.map(({ where }) => where)).toEqual(["photo/cat/1.png", "sketch/cat/3.png"]);
    expect(problems[0]?.message).toContain("name photo as data.source");
  });

  it("refuses images outside class folders and class folders beside splits", () => {
    expect(read(["1.png", "a/2.png"]).problems[0]?.message).toContain("named after its class");
    expect(read(["train/a/1.png", "test/a/2.png", "extra/3.png"]).problems[0]?.message).toContain("beside them");
    expect(read(["train/a/1.png", "train/2.png", "test/a/2.png"]).problems[0]?.where).toBe("train/2.png");
  });

  it("leaves other files out and says so", () => {
    expect(read(["a/1.png", "a/readme.txt", "notes.md"]).left_out.map(({ path }) => path)).toEqual([
      "a/readme.txt",
      "notes.md",
    ]);
  });

  it("has no columns, so a group is refused with a way out", () => {
    expect(read(["a/1.png"], "patient").problems[0]?.message).toContain("path,label,patient");
  });
});
