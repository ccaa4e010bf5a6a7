// What is written down when a run fails.
import { describe, expect, it } from "vitest";
import { recordFailure } from "../../lambdas/record-failure.ts";
import { folderServices, layStep } from "../fixtures/folder-services.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const cause = JSON.stringify({ errorType: "DiskFull", errorMessage: "no room" });

describe("a failure", () => {
  it("is written into the run's folder with the steps that are kept, and replaced by a later one", async () => {
    const services = folderServices(temporaryFolder());
    const plan = await layStep(services, "plan", {});
    const payload = {
      run: "r",
      map_concurrency: 1,
      deadline_ms: null,
      plan,
      data: { step: "prepare-data", key: "unfinished" },
    };
    await recordFailure({ ...payload, error: { Error: "DiskFull", Cause: "no room" } }, services);
    const later = await recordFailure({ ...payload, error: { Error: "DiskFull", Cause: cause } }, services);
    expect(later).toMatchObject({ error: "DiskFull", cause: "no room", kept: [plan] });
    const object = await services.store.get("runs/r/failure.json");
    expect(JSON.parse(new TextDecoder().decode(object!.bytes))).toEqual(later);
  });
});
