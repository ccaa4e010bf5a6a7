// The certificate in a report against a count in the file.
import { describe, expect, it } from "vitest";
import { verifyPortability } from "../../../core/gate/portability.ts";
import type { PairCount, Portability } from "../../../core/workflow/records/measurement.ts";

const counted: PairCount = { order: "packed", pairs: 10, violating_pairs: 0 };
const recorded: Portability = {
  ...counted,
  weight_sqnr_db: 40,
  weight_sqnr_db_unlimited: 41,
  kl: 0.001,
  kl_unlimited: 0.001,
};

describe("a portability certificate", () => {
  it("passes where the file holds as many pairs, and as many that overflow, as it says", () => {
    expect(verifyPortability(recorded, counted)).toMatchObject({ verdict: "passed" });
    const open = { ...recorded, violating_pairs: 3 };
    expect(verifyPortability(open, { ...counted, violating_pairs: 3 }).verdict).toBe("passed");
  });

  it("fails where the file holds other pairs", () => {
    const broken = verifyPortability(recorded, { ...counted, violating_pairs: 1 });
    expect(broken).toMatchObject({ verdict: "failed", reason: expect.stringMatching(/1 of 10.*says 0 of 10/) });
    expect(verifyPortability(recorded, { ...counted, pairs: 11 }).verdict).toBe("failed");
  });

  it("is not measured where a report from before certificates holds none, and needs none for an fp32 file", () => {
    expect(verifyPortability(undefined, counted).verdict).toBe("not-measured");
    expect(verifyPortability(null, { ...counted, pairs: 0 }).verdict).toBe("passed");
    expect(verifyPortability(null, counted).verdict).toBe("not-measured");
  });
});
