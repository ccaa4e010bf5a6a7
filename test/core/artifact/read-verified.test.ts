// What an artifact says about itself is checked before it is believed.
import { describe, expect, it } from "vitest";
import { buildManifest, manifestText } from "../../../core/artifact/manifest.ts";
import { readManifest, readReport } from "../../../core/artifact/read-verified.ts";
import { buildReport } from "../../../core/report/build-report.ts";
import { madeUpInputs } from "../../fixtures/report-model.ts";

describe("readManifest", () => {
  it("reads what was written", () => {
    const manifest = buildManifest({ "model.onnx": { size_bytes: 3, sha256: "a".repeat(64) } });
    expect(readManifest(manifestText(manifest))).toEqual({ value: manifest });
  });

  it.each(["", "[]", '{"version":1}', '{"version":1,"files":{"model.onnx":{"size_bytes":1}}}'])(
    "refuses %s",
    (text) => {
      expect(readManifest(text)).toMatchObject({
        problems: [expect.objectContaining({ where: expect.stringContaining("manifest.json") })],
      });
    },
  );
});

describe("readReport", () => {
  it("reads a report that was written", () => {
    const report = JSON.parse(JSON.stringify(buildReport(madeUpInputs())));
    expect(readReport(JSON.stringify(report))).toEqual({ value: report });
  });

  it("refuses anything else", () => {
    expect(readReport("{}")).toHaveProperty("problems");
    expect(readReport("{")).toHaveProperty("problems");
  });
});
