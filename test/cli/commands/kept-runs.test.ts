// decant status, report and clean, over a store whose journals were written for the test.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openJournal } from "../../../cli/laptop/journal.ts";
import type { StepPointer } from "../../../core/store/store.ts";
import { runDecant } from "../../fixtures/decant-command.ts";
import { folderServices, layStep } from "../../fixtures/folder-services.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";

async function layRun(root: string, run: string, at_ms: number, status = "succeeded"): Promise<StepPointer> {
  const services = folderServices(root);
  const report = await layStep(services, "report", { run });
  await services.store.putIfAbsent(`runs/${run}/report.html`, new TextEncoder().encode(`<p>${run}</p>`));
  const journal = openJournal(services.store, run, `session of ${run}`, () => at_ms, 1);
  await journal.append({ event: "run-started", deadline_ms: null });
  await journal.append({ event: "state-entered", state: "Report" });
  await journal.append({ event: "state-succeeded", state: "Report", pointer: report });
  if (status !== "interrupted") await journal.append({ event: "run-ended", status });
  return report;
}

describe("decant status", () => {
  it("tells of the latest run, or the named one", async () => {
    const root = temporaryFolder();
    await layRun(root, "new", 2000);
    await layRun(root, "old", 1000, "interrupted");
    const latest = await runDecant(["status", "--json", "--store", root]);
    expect(JSON.parse(latest.stdout)).toMatchObject({ run: "new", status: "succeeded" });
    const named = await runDecant(["status", "old", "--store", root]);
    expect(named.stdout).toContain("interrupted");
    expect(named.stdout).toContain("Report");
  });

  it("exits 2 where there is no such run, and names those that there are", async () => {
    const root = temporaryFolder();
    await layRun(root, "new", 2000);
    const { code, stderr } = await runDecant(["status", "older", "--store", root]);
    expect(code).toBe(2);
    expect(stderr).toContain("Its latest runs: new");
    expect((await runDecant(["status", "--store", join(root, "empty")])).code).toBe(2);
  });
});

describe("decant report", () => {
  it("prints the path of the latest run's report", async () => {
    const root = temporaryFolder();
    await layRun(root, "new", 2000);
    const { code, stdout } = await runDecant(["report", "--store", root]);
    expect(code).toBe(0);
    expect(existsSync(stdout.trim())).toBe(true);
    expect(stdout.trim()).toMatch(/report\.html$/);
  });
});

describe("decant report of a run without one", () => {
  it("exits 2 and says where to look", async () => {
    const root = temporaryFolder();
    const services = folderServices(root);
    await openJournal(services.store, "r", "s", () => 1, 1).append({ event: "run-started", deadline_ms: null });
    const { code, stderr } = await runDecant(["report", "--store", root]);
    expect(code).toBe(2);
    expect(stderr).toContain("decant status r");
  });
});

describe("decant clean", () => {
  it("deletes the steps that no kept run names, and says what that freed", async () => {
    const root = temporaryFolder();
    const old = await layRun(root, "old", 1000);
    const kept = await layRun(root, "new", 2000);
    mkdirSync(join(root, "steps", "fine-tune", "unfinished", "attempt"), { recursive: true });
    writeFileSync(join(root, "steps", "fine-tune", "unfinished", "attempt", "half"), Buffer.alloc(1_000_000));
    const leftover = join(root, "steps", "report", kept.key, "checkpoint");
    mkdirSync(leftover);
    writeFileSync(join(leftover, "state"), Buffer.alloc(1_000_000));
    const { code, stdout } = await runDecant(["clean", "--keep", "1", "--store", root]);
    expect(code).toBe(0);
    expect(stdout).toBe("removed 2 step outputs, freed 2.0 MB\n");
    expect(existsSync(leftover)).toBe(false);
    expect(existsSync(join(root, "steps", "report", old.key))).toBe(false);
    expect(existsSync(join(root, "steps", "report", kept.key))).toBe(true);
    expect(existsSync(join(root, "runs", "old", "journal"))).toBe(true);
    expect((await runDecant(["report", "old", "--store", root])).code).toBe(0);
  });

  it("keeps what was timed on this machine: timed again, it would be another number under the same key", async () => {
    const root = temporaryFolder();
    const services = folderServices(root);
    const layers = await layStep(services, "time-layers", { layers: [] });
    const precisions = await layStep(services, "time-precisions", { variants: [] });
    const { stdout } = await runDecant(["clean", "--keep", "0", "--store", root]);
    expect(stdout).toBe("removed 0 step outputs, freed 0.0 MB\n");
    for (const { step, key } of [layers, precisions]) expect(existsSync(join(root, "steps", step, key))).toBe(true);
  });

  it("refuses a number that is none, and to run beside a run that is at work", async () => {
    const root = temporaryFolder();
    await layRun(root, "new", 2000, "interrupted");
    expect((await runDecant(["clean", "--keep", "-1", "--store", root])).code).toBe(2);
    const lease = { session: "s", host: "another machine", pid: 1, expires_ms: Date.now() + 60_000 };
    writeFileSync(join(root, "runs", "new", "lease.json"), JSON.stringify(lease));
    const { code, stderr } = await runDecant(["clean", "--store", root]);
    expect(code).toBe(2);
    expect(stderr).toContain("at work");
  });
});
