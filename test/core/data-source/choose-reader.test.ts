// Which layout a folder has.
import { describe, expect, it } from "vitest";
import { chooseReader } from "../../../core/data-source/choose-reader.ts";

function choose(paths: string[], { layout, named_file }: { layout?: string; named_file?: string } = {}): string {
  const files = paths.map((path) => ({ path, size_bytes: 1 }));
  const chosen = chooseReader({ files, ...(named_file ? { named_file } : {}) }, layout);
  if ("problem" in chosen) return chosen.problem.message;
  const labels = chosen.detection.label_files.map(({ path, split }) => (split ? `${path}=${split}` : path));
  return [chosen.reader.key, ...labels].join(" ");
}

describe("the layout of a data source", () => {
  it("is found by looking", () => {
    expect(choose(["a/1.png", "b/2.png"])).toBe("image-folder");
    expect(choose(["1.png", "labels.csv"])).toBe("csv labels.csv");
    expect(choose(["1.png", "all.jsonl"])).toBe("json-lines all.jsonl");
  });

  it("is a manifest's where one has a well-known name, even beside folders of images", () => {
    expect(choose(["images/1.png", "metadata.jsonl"])).toBe("json-lines metadata.jsonl");
    expect(choose(["google/1.png", "manifest.csv", "readme.md"])).toBe("csv manifest.csv");
  });

  it("may have labels in each split's folder or file", () => {
    expect(choose(["test/1.png", "test/metadata.jsonl", "train/2.png", "train/metadata.jsonl"])).toBe(
      "json-lines test/metadata.jsonl=test train/metadata.jsonl=train",
    );
    expect(choose(["1.png", "test.csv", "train.csv"])).toBe("csv test.csv=test train.csv=train");
  });

  it("is refused where it is ambiguous, and settled by the job", () => {
    const paths = ["a/1.png", "b/2.png", "labels.csv"];
    expect(choose(paths)).toContain("got csv (labels.csv) and image-folder (folders of images)");
    expect(choose(paths, { layout: "image-folder" })).toBe("image-folder");
    expect(choose(paths, { named_file: "labels.csv" })).toBe("csv labels.csv");
  });

  it("is refused where there is none", () => {
    expect(choose([])).toContain("got an empty folder");
    expect(choose(["x.wav"])).toContain("got 1 files such as x.wav");
    expect(choose(["x.txt"], { named_file: "x.txt" })).toContain("got x.txt");
    expect(choose(["a/1.png"], { layout: "csv" })).toContain("Expected the layout csv");
  });
});
