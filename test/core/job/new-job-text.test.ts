// The job file that init writes is one that run reads.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jobNameFrom, jobText } from "../../../core/job/new-job-text.ts";
import { parseJob } from "../../../core/job/parse-job.ts";
import { suggestBudget } from "../../../core/job/suggest-budget.ts";

describe("a new job file", () => {
  it("resolves to the source, name and budget that it was written with", () => {
    const counts = fc.record({ classes: fc.integer({ min: 2, max: 1000 }), train: fc.nat(1e6), test: fc.nat(1e5) });
    const source = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a job refuses
      .filter((text) => !/[\u0000-\u001f\u007f]|:\/\//.test(text));
    fc.assert(
      fc.property(source, fc.string(), counts, (path, name, found) => {
        const text = jobText({
          name: jobNameFrom(name),
          source: path,
          found: "image-folder",
          budget: suggestBudget(found),
        });
        const parsed = parseJob(text, "decant.yaml");
        expect(parsed).toMatchObject({ job: { name: jobNameFrom(name), data: { source: path } } });
        if ("job" in parsed)
          expect(Object.keys(parsed.job.budget)).toEqual(["size_bytes", "accuracy_drop_points", "time_s"]);
      }),
    );
  });

  it("takes its name from a folder's, in letters that a job's name may have", () => {
    expect(jobNameFrom("Blumen & Blüten (2024)")).toBe("blumen-blu-ten-2024");
    expect(jobNameFrom("日本")).toBe("job");
    expect(jobNameFrom(`${"a".repeat(39)}-b`)).toBe("a".repeat(39));
  });

  it("asks less of the accuracy where few test images could show a difference", () => {
    expect(suggestBudget({ classes: 5, train: 500, test: 60 }).accuracy_drop).toBe("5 %");
    expect(suggestBudget({ classes: 5, train: 500, test: 300 })).toEqual({
      size: "2.5 MB",
      accuracy_drop: "3 %",
      time: "10 min",
    });
    expect(suggestBudget({ classes: 1000, train: 1e6, test: 5000 })).toEqual({
      size: "3.7 MB",
      accuracy_drop: "2 %",
      time: "8 h",
    });
  });
});
