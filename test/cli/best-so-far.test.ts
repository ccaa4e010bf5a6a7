// What a stopped run tells of what it found.
import { describe, expect, it } from "vitest";
import { bestSoFar } from "../../cli/best-so-far.ts";
import { openJournal } from "../../cli/laptop/journal.ts";
import { folderServices, layStep } from "../fixtures/folder-services.ts";
import { madeUpInputs } from "../fixtures/report-model.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

describe("the best so far", () => {
  it("is the point that the last decision chose", async () => {
    const services = folderServices(temporaryFolder());
    const pointer = await layStep(services, "decide", madeUpInputs().decision);
    const journal = openJournal(services.store, "r", "s", () => 1, 1);
    await journal.append({ event: "state-succeeded", state: "Decide", pointer });
    const chosen = madeUpInputs().decision.chosen!;
    expect(await bestSoFar(services, "r")).toContain(`${chosen.candidate_id} (${chosen.precision})`);
  });

  it("is nothing where nothing was decided, or nothing was chosen", async () => {
    const services = folderServices(temporaryFolder());
    expect(await bestSoFar(services, "r")).toBeUndefined();
    const pointer = await layStep(services, "decide", { ...madeUpInputs().decision, chosen: null });
    await openJournal(services.store, "r", "s", () => 1, 1).append({
      event: "state-succeeded",
      state: "Decide",
      pointer,
    });
    expect(await bestSoFar(services, "r")).toBeUndefined();
  });
});
