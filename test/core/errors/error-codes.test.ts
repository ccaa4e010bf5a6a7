// The code's error type, the schema and the page that explains them name the same codes.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ErrorCode } from "../../../core/errors/problem.ts";
import schema from "../../../schemas/error.schema.json" with { type: "json" };

// A Record over the union: a code that is missing or too many here does not compile.
const CODES: Readonly<Record<ErrorCode, true>> = {
  CandidateRejected: true,
  ChildFailed: true,
  CloudFailed: true,
  Deadline: true,
  Defect: true,
  DiskFull: true,
  Infeasible: true,
  InvalidData: true,
  InvalidInput: true,
  InvalidJob: true,
  InvalidModel: true,
  OutOfMemory: true,
  Spend: true,
  Stopped: true,
  StoreFailed: true,
};

describe("error codes", () => {
  it("are the same in the type and in the schema, in alphabetical order", () => {
    expect(schema.properties.code.enum).toEqual(Object.keys(CODES));
  });

  it("are each explained in docs/errors.md, in the same order, with more than a line", () => {
    const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");
    const sections = page.split(/^## /m).slice(1);
    expect(sections.map((section) => section.split(/[\s(]/)[0])).toEqual(Object.keys(CODES));
    for (const section of sections) expect(section.split("\n").slice(1).join(" ").trim().length).toBeGreaterThan(100);
  });
});
