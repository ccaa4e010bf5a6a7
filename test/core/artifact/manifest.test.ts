// The manifest accepts exactly the files it was made of.
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildManifest, checkManifest, manifestText } from "../../../core/artifact/manifest.ts";

const schema = JSON.parse(readFileSync(new URL("../../../schemas/manifest.schema.json", import.meta.url), "utf8"));
const validate = new Ajv2020({ strict: true }).compile(schema);
const hash = fc.nat().map((n) => n.toString(16).padStart(64, "0"));
const facts = fc.record({ size_bytes: fc.nat(), sha256: hash });
const files = fc.dictionary(fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,9}$/), facts, { minKeys: 1 });

describe("the artifact's manifest", () => {
  it("follows its schema and accepts exactly the files it was made of", () => {
    fc.assert(
      fc.property(files, (all) => {
        const manifest = buildManifest(all);
        expect(validate(JSON.parse(manifestText(manifest)))).toBe(true);
        expect(checkManifest(manifest, all)).toEqual([]);
      }),
    );
  });

  it("has the same text whatever order the files come in", () => {
    fc.assert(
      fc.property(files, (all) => {
        const reversed = Object.fromEntries(Object.entries(all).toReversed());
        expect(manifestText(buildManifest(reversed))).toBe(manifestText(buildManifest(all)));
      }),
    );
  });

  it("names every missing, changed and unknown file at once", () => {
    const one = { size_bytes: 1, sha256: "a".repeat(64) };
    const manifest = buildManifest({ "model.onnx": one, "labels.txt": one });
    const problems = checkManifest(manifest, { "model.onnx": { ...one, sha256: "b".repeat(64) }, "extra.bin": one });
    expect(problems.map((problem) => problem.where)).toEqual(["labels.txt", "model.onnx", "extra.bin"]);
  });
});
