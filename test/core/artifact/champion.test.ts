// Where the champion alias lies and what it records.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aliasPath, championOf } from "../../../core/artifact/champion.ts";
import { pathProblem } from "../../../core/store/path-rules.ts";
import { madeUpReport } from "../../fixtures/report-model.ts";

const path = (job: string) => aliasPath(job, (text) => createHash("sha256").update(text).digest("hex"));
const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });

describe("the champion alias", () => {
  it("lies under a path that every store takes, one for each job name", () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(pathProblem(path(a))).toBeUndefined();
        expect(path(a) === path(b)).toBe(a === b);
      }),
    );
    expect(path("flowers-v1.2")).toBe("aliases/flowers-v1.2/champion.json");
  });

  it("records run, artifact and the figures that a challenger is compared with", () => {
    const model = madeUpReport();
    expect(championOf("flowers-1", "ab", model)).toEqual({
      version: 1,
      run: "flowers-1",
      artifact: "ab",
      top1: model.file!.accuracy.top1.value,
      top1_n: 300,
      size_bytes: 2_312_480,
      latency_ms_p95: model.file!.latency.ms_p95,
    });
  });
});
