// What is read back from an artifact folder.
import fc from "fast-check";
import { expect, test } from "vitest";
import { labelsText } from "../../../core/artifact/labels.ts";
import { preprocessing } from "../../../core/artifact/preprocessing.ts";
import { parseLabels, parsePreprocessing } from "../../../core/artifact/read-preprocessing.ts";

test("reads back what an artifact says", () => {
  for (const resize of ["cover", "contain", "stretch"] as const) {
    const record = preprocessing(160, resize);
    expect(parsePreprocessing(JSON.stringify(record))).toEqual(record);
  }
});

test("names everything that is wrong at once", () => {
  const problems = parsePreprocessing(
    JSON.stringify({ ...preprocessing(160, "cover"), resize: "fit", dtype: "float" }),
  );
  expect(problems).toEqual([
    expect.objectContaining({ where: "/resize" }),
    expect.objectContaining({ where: "/dtype" }),
  ]);
  expect(parsePreprocessing("{")).toEqual([{ message: expect.stringMatching(/expected JSON/) }]);
});

test("labels come back in order, whatever their names", () => {
  const name = fc.string({ unit: "grapheme" }).filter((text) => !/[\r\n\u0085\u2028\u2029]/.test(text));
  fc.assert(
    fc.property(fc.array(name), (names) => {
      expect(parseLabels(labelsText(names))).toEqual(names);
    }),
  );
});
