// Which files an artifact has, and that the JSON ones follow their schemas.
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { ARTIFACT_FILES, artifactTexts } from "../../../core/artifact/artifact-texts.ts";
import { labelsText } from "../../../core/artifact/labels.ts";
import { buildReport } from "../../../core/report/build-report.ts";
import { madeUpInfeasible, madeUpReport } from "../../fixtures/report-model.ts";

const follows = (name: string, value: unknown) => {
  const schema = JSON.parse(readFileSync(new URL(`../../../schemas/${name}.schema.json`, import.meta.url), "utf8"));
  const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
  validate(value);
  return validate.errors ?? [];
};

describe("the artifact's texts", () => {
  const texts = artifactTexts(madeUpReport(), "<!doctype html>", "cover");

  it("are all of its files but the model", () => {
    expect([...Object.keys(texts), "model.onnx"].toSorted()).toEqual([...ARTIFACT_FILES]);
  });

  it("hold preprocessing and provenance that follow their schemas", () => {
    expect(follows("preprocessing", JSON.parse(texts["preprocessing.json"]!))).toEqual([]);
    expect(follows("provenance", JSON.parse(texts["provenance.json"]!))).toEqual([]);
  });

  it("are the report alone where no file was certified", () => {
    const infeasible = artifactTexts(buildReport(madeUpInfeasible()), "<!doctype html>", "cover");
    expect(Object.keys(infeasible).toSorted()).toEqual(["report.html", "report.json"]);
  });

  it("keep one label a line, also of a class with a line break in its name", () => {
    expect(labelsText(["a", "b\r\nc", "d"])).toBe("a\nb c\nd\n");
  });
});
