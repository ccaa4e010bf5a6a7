// The journal and the time that it accounts for.
import { describe, expect, it } from "vitest";
import { createFolderStore } from "../../../adapters/folder-store.ts";
import { type JournalEntry, openJournal, readJournal } from "../../../cli/laptop/journal.ts";
import { deadlineMilliseconds, usedMilliseconds } from "../../../cli/laptop/time-account.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";

describe("the journal", () => {
  it("keeps entries in order, also of two processes that write at once", async () => {
    const store = createFolderStore(temporaryFolder());
    const [one, two] = ["one", "two"].map((session) => openJournal(store, "r", session, () => 5, 1));
    await Promise.all(
      [1, 2, 3].flatMap((n) => [one, two].map((j) => j!.append({ event: "state-entered", state: `S${n}` }))),
    );
    const entries = await readJournal(store, "r");
    expect(entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6]);
    const statesOf = (session: string) =>
      entries.flatMap((entry) => (entry.session === session && "state" in entry ? [entry.state] : []));
    expect(statesOf("one")).toEqual(["S1", "S2", "S3"]);
    expect(statesOf("two")).toEqual(["S1", "S2", "S3"]);
  });

  it("is readable where one entry is damaged", async () => {
    const store = createFolderStore(temporaryFolder());
    await openJournal(store, "r", "s", () => 5, 1).append({ event: "run-started", deadline_ms: null });
    await store.putIfAbsent("runs/r/journal/000002.json", new TextEncoder().encode("{"));
    expect(await readJournal(store, "r")).toHaveLength(1);
  });
});

describe("the time account", () => {
  let sequence = 0;
  const at = (session: string, at_ms: number, event: object = { event: "state-entered", state: "S" }) =>
    ({ sequence: ++sequence, session, at_ms, ...event }) as JournalEntry;

  it("adds up sessions from their first to their last entry", () => {
    expect(usedMilliseconds([])).toBe(0);
    expect(usedMilliseconds([at("a", 100), at("a", 400), at("b", 10_000), at("b", 10_050)])).toBe(350);
  });

  it("starts anew after a run that came to its end, and goes on after one that was stopped", () => {
    const ended = (status: string) => at("a", 400, { event: "run-ended", status });
    expect(usedMilliseconds([at("a", 100), ended("succeeded"), at("b", 900), at("b", 910)])).toBe(10);
    expect(usedMilliseconds([at("a", 100), ended("stopped"), at("b", 900), at("b", 910)])).toBe(310);
  });

  it("gives a deadline only where time was promised, less what earlier sessions used", () => {
    expect(deadlineMilliseconds(undefined, [], 1000)).toBeNull();
    expect(deadlineMilliseconds(10, [at("a", 0), at("a", 4000)], 100_000)).toBe(106_000);
    expect(deadlineMilliseconds(1, [at("a", 0), at("a", 4000)], 100_000)).toBe(100_000);
  });
});
