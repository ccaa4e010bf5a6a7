// A step is run at most once, leaves nothing when it fails, and names what its bytes depend on.
import { existsSync, readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readOutput, runStep, type StepRequest } from "../../lambdas/run-step.ts";
import { folderServices } from "../fixtures/folder-services.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const REQUEST: StepRequest = { step: "plan", upstream: [], slice: { a: 1 }, environment: {} };

describe("a step", () => {
  it("does its work once and answers the same output afterwards", async () => {
    const services = folderServices(temporaryFolder());
    let calls = 0;
    const work = async (folder: string) => {
      calls += 1;
      await writeFile(join(folder, "file"), "x");
      return { calls };
    };
    const first = await runStep(services, REQUEST, work);
    const second = await runStep(services, REQUEST, work);
    expect(second).toEqual(first);
    expect(calls).toBe(1);
    expect(existsSync(join(await services.files.folderOf(first.pointer), "file"))).toBe(true);
    expect(await readOutput(services, first.pointer)).toEqual({ calls: 1 });
  });

  it("is another step where its slice, upstream or environment differs", async () => {
    const services = folderServices(temporaryFolder());
    const run = (change: Partial<StepRequest>) => runStep(services, { ...REQUEST, ...change }, async () => 1);
    const outcomes = [
      await run({}),
      await run({ slice: { a: 2 } }),
      await run({ upstream: [{ step: "x", key: "k" }] }),
      await run({ environment: { seed: 1 } }),
    ];
    expect(new Set(outcomes.map(({ pointer }) => pointer.key)).size).toBe(4);
  });

  it("leaves nothing under its key when the work fails, and can be run again", async () => {
    const root = temporaryFolder();
    const services = folderServices(root);
    await expect(
      runStep(services, REQUEST, async (folder) => {
        await writeFile(join(folder, "half"), "x");
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    expect(
      readdirSync(join(root, "steps", "plan")).flatMap((key) => readdirSync(join(root, "steps", "plan", key))),
    ).toEqual([]);
    expect((await runStep(services, REQUEST, async () => 2)).output).toBe(2);
  });

  it("says that the disk is full where writing fails for that", async () => {
    const services = folderServices(temporaryFolder());
    const full = runStep(services, REQUEST, async () => {
      throw Object.assign(new Error("write"), { code: "ENOSPC" });
    });
    await expect(full).rejects.toMatchObject({ code: "DiskFull" });
  });

  it("commits nothing after an abort", async () => {
    const services = folderServices(temporaryFolder());
    const controller = new AbortController();
    const aborted = { ...services, signal: controller.signal };
    await expect(runStep(aborted, REQUEST, async () => controller.abort())).rejects.toMatchObject({
      name: "AbortError",
    });
    expect((await runStep(services, REQUEST, async () => "again")).output).toBe("again");
  });

  it("answers what was kept where two run at once", async () => {
    const root = temporaryFolder();
    const outcomes = await Promise.all(
      ["one", "two"].map((name) => runStep(folderServices(root), REQUEST, async () => name)),
    );
    expect(outcomes[0]!.output).toBe(outcomes[1]!.output);
  });
});
