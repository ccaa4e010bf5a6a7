// Milliseconds at an input size, from a profile of a few sizes.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sampleTime } from "../../../core/planner/speed.ts";
import { profileOf } from "../../fixtures/planner.ts";

const ARCHITECTURE = "tf_efficientnet_lite0";
const profile = (times: Readonly<Record<number, number>>) => ({
  ...profileOf(1, 1),
  speeds: Object.entries(times).map(([size, ms]) => ({
    architecture: ARCHITECTURE,
    input_size: Number(size),
    batch_size: 32,
    train_ms_per_sample: ms,
    forward_ms_per_sample: ms / 5,
  })),
});

describe("sampleTime", () => {
  it("is the profile's at a size that was measured", () => {
    expect(sampleTime(profile({ 224: 40, 96: 9 }), ARCHITECTURE, 96).train_ms).toBeCloseTo(9, 9);
  });

  it("lies on a power law between two that were measured", () => {
    // An EPYC measured 17.9 ms at 160 px, 8.7 at 96 and 13.1 at 128; by area the nearest would say 11.5.
    expect(sampleTime(profile({ 160: 17.9, 96: 8.7 }), ARCHITECTURE, 128).train_ms).toBeCloseTo(13.1, 1);
  });

  it("goes with the area outside", () => {
    const times = profile({ 160: 20, 96: 9 });
    expect(sampleTime(times, ARCHITECTURE, 320).train_ms).toBeCloseTo(80, 9);
    expect(sampleTime(times, ARCHITECTURE, 48).forward_ms).toBeCloseTo(9 / 5 / 4, 9);
  });

  it("never falls between two sizes of which the larger takes longer", () => {
    const ms = fc.double({ min: 0.1, max: 100, noNaN: true });
    fc.assert(
      fc.property(ms, ms, fc.integer({ min: 32, max: 300 }), (small, more, size) => {
        const times = profile({ 224: small + more, 96: small });
        const [here, next] = [size, size + 1].map((px) => sampleTime(times, ARCHITECTURE, px).train_ms);
        expect(next).toBeGreaterThanOrEqual(here! - 1e-9);
      }),
    );
  });
});
