// The candidates of the search as the report tells of them: predictions beside measurements, and how each ended.
import { describe, expect, it } from "vitest";
import { renderPage } from "../../../core/report/page.ts";
import { madeUpInputs, madeUpReport } from "../../fixtures/report-model.ts";

const { candidates = [] } = madeUpReport().search;
const named = (id: string) => candidates.find(({ candidate_id }) => candidate_id === id)!;

describe("a candidate in the report", () => {
  it("has its prediction beside its measurement, under the mark of its point", () => {
    const { points } = madeUpReport().search;
    const { predicted, measured } = named("160px-54w-int8");
    expect(predicted).toMatchObject({ size_bytes: 2_310_000, latency_ms_p50: 3.6 });
    expect(measured).toMatchObject({ size_bytes: 2_312_480, latency_ms_p50: 4.02 });
    expect(points.find(({ mark }) => mark === measured!.mark)).toMatchObject({ candidate_id: "160px-54w-int8" });
  });

  it("ends chosen, trained on under another name, or dropped with the reason", () => {
    expect(candidates.map(({ fate }) => fate)).toEqual(["dropped", "chosen", "trained on", "dropped"]);
    expect(named("128px-54w-int8").reason).toBe("as 128px-54w-int8-rung2");
    expect(named("128px-54w-int8-rung2").continues).toBe("128px-54w-int8");
    expect(named("192px-60w-int8")).toMatchObject({ measured: null, reason: expect.stringContaining("no file") });
  });

  it("that a report from before does not tell of leaves no empty table", () => {
    const model = madeUpReport();
    const { candidates: _, ...search } = model.search;
    const page = renderPage({ ...model, search }, { thumbnails: {}, sha256: () => "" });
    expect(page).not.toContain("Candidates by rung");
    expect(renderPage(model, { thumbnails: {}, sha256: () => "" })).toContain("Candidates by rung");
  });

  it("is kept to the end where nothing else was said of it", () => {
    const { decision } = madeUpInputs();
    const report = madeUpReport({ certificate: null, decision: { ...decision, dropped: [], rejected: [] } });
    expect(report.search.candidates!.at(-1)).toMatchObject({ fate: "kept" });
  });

  it("that had no time for all its epochs says so, and counts those it had", () => {
    const { decision } = madeUpInputs();
    const cut = decision.points.map((point) => ({ ...point, epochs_missed: 3 }));
    const model = madeUpReport({ decision: { ...decision, points: cut } });
    const [before, after] = [madeUpReport(), model].map(({ search }) => search.candidates![1]!);
    expect(after).toMatchObject({ epochs_total: before!.epochs_total - 3, epochs_missed: 3 });
    const page = renderPage(model, { thumbnails: {}, sha256: () => "" });
    expect(page).toContain("3 epochs were left out to keep the time.");
  });
});
