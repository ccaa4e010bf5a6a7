// Step keys: what changes them, and what must not.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type KeyParts, stepKey } from "../../../core/store/step-key.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const PARTS: KeyParts = {
  step: "fine-tune",
  version: 1,
  upstream: [{ step: "prepare-data", key: "a" }],
  slice: { epochs: 3 },
  environment: { seed: 0, threads: 2 },
};

describe("a step's key", () => {
  it("is 64 hex digits and stays the same between versions of this program", () => {
    expect(stepKey(PARTS, sha256)).toBe("c2012cc9677355890f1137475bc10c555b9499f49b95f9981f04d42dadd2d84e");
  });

  it.each<[string, Partial<KeyParts>]>([
    ["step", { step: "compress" }],
    ["version", { version: 2 }],
    ["upstream key", { upstream: [{ step: "prepare-data", key: "b" }] }],
    ["number of upstream steps", { upstream: [] }],
    ["slice", { slice: { epochs: 4 } }],
    ["environment", { environment: { seed: 1, threads: 2 } }],
  ])("changes with the %s", (_, change) => {
    expect(stepKey({ ...PARTS, ...change }, sha256)).not.toBe(stepKey(PARTS, sha256));
  });

  it("reads only step and key of a pointer that carries more", () => {
    const rich = [{ step: "prepare-data", key: "a", output: "some folder", done: true }];
    expect(stepKey({ ...PARTS, upstream: rich }, sha256)).toBe(stepKey(PARTS, sha256));
  });

  it("does not depend on the order of keys", () => {
    expect(stepKey({ ...PARTS, environment: { threads: 2, seed: 0 } }, sha256)).toBe(stepKey(PARTS, sha256));
  });
});
