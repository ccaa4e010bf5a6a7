// A written job resolves to the job it came from, without folders of the machine that ran it.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { resolveJob } from "../../../core/job/resolve-job.ts";
import type { ResolvedJob } from "../../../core/job/resolved-job.ts";
import { jobYaml, writtenJob } from "../../../core/job/write-job.ts";
import { MADE_UP_JOB } from "../../fixtures/report-model.ts";

const amount = (min: number, max: number) => fc.double({ min, max, noNaN: true }).map((x) => Number(x.toPrecision(4)));
const budget = fc.record(
  {
    size_bytes: fc.integer({ min: 1, max: 2e9 }),
    latency_ms_p95: amount(0.01, 5000),
    accuracy_drop_points: amount(0.01, 100),
    time_s: amount(1, 1e6),
    spend_usd: amount(0.01, 1e4),
  },
  { requiredKeys: [] },
);

describe("a written job", () => {
  it("resolves to the same job again, whatever its budget", () => {
    fc.assert(
      fc.property(budget, fc.nat(), (promises, seed) => {
        const job: ResolvedJob = {
          ...MADE_UP_JOB,
          data: { source: "./flowers", resize: "contain" },
          budget: promises,
          seed,
        };
        const { job: again, faults } = resolveJob(parse(jobYaml(writtenJob(job))));
        expect(faults).toEqual([]);
        expect(again).toEqual(job);
      }),
    );
  });

  it("names a folder beside the job's file instead of an absolute one", () => {
    const written = writtenJob({
      ...MADE_UP_JOB,
      model: { ...MADE_UP_JOB.model, teacher: "file:C:\\models\\w.safetensors" },
    });
    expect(written).toMatchObject({ data: { source: "./flowers" }, model: { teacher: "file:./w.safetensors" } });
    expect(jobYaml(written)).not.toContain("someone");
  });
});
