// Rolling the champion back: by one, to a run, forward again; never to an artifact that is not the one it was.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createFolderStore } from "../../adapters/folder-store.ts";
import type { Champion } from "../../core/champion/alias.ts";
import { historyPrefix } from "../../core/champion/alias-path.ts";
import { promote } from "../../lambdas/promote.ts";
import { type RollBackServices, rollBack } from "../../lambdas/roll-back.ts";
import { startDecant } from "../fixtures/decant-command.ts";
import { memoryStore } from "../fixtures/memory-store.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");
const bytes = (text: string) => new TextEncoder().encode(text);
const promotion = { margin_points: 100, class_margin_points: 100 };

async function publishAll(services: RollBackServices, ...runs: string[]): Promise<void> {
  for (const run of runs) {
    await services.store.putIfAbsent(`runs/${run}/artifact/manifest.json`, bytes(run));
    await promote(services, { job_name: "flowers", promotion, challenger: championOf(run) });
  }
}

function championOf(run: string): Champion {
  const figures = { top1: 0.9, top1_n: 300, size_bytes: 1, latency_ms_p95: 1 };
  return { run, artifact: sha256(run), order: null, ...figures };
}

function open(store = memoryStore()): RollBackServices {
  return { store, sha256, now: () => 0 };
}

describe("a rollback", () => {
  it("goes back to the champion before, and what was withdrawn does not come back by itself", async () => {
    const services = open();
    await publishAll(services, "a", "b");
    expect(await rollBack(services, "flowers")).toMatchObject({ champion: { run: "a" }, before: { run: "b" } });
    const again = await promote(services, { job_name: "flowers", promotion, challenger: championOf("b") });
    expect(again.outcome).toBe("withdrawn");
    expect(await rollBack(services, "flowers", "b")).toMatchObject({ champion: { run: "b" }, before: { run: "a" } });
  });

  it("is told in the history", async () => {
    const services = open();
    await publishAll(services, "a", "b");
    await rollBack(services, "flowers");
    const outcomes: unknown[] = [];
    for await (const path of services.store.list(historyPrefix("flowers", sha256)))
      outcomes.push(JSON.parse(new TextDecoder().decode((await services.store.get(path))!.bytes)).outcome);
    expect(outcomes).toEqual(["first", "promoted", "rolled-back"]);
  });

  it("needs an earlier champion, whose artifact is still the one it was", async () => {
    const services = open();
    await expect(rollBack(services, "flowers")).rejects.toMatchObject({ code: "InvalidInput" });
    await publishAll(services, "a");
    await expect(rollBack(services, "flowers")).rejects.toThrow("there is only a");
    await publishAll(services, "b");
    await expect(rollBack(services, "flowers", "c")).rejects.toThrow("champion c");
    const path = "runs/a/artifact/manifest.json";
    await services.store.putIfUnchanged(path, bytes("changed"), (await services.store.get(path))!.etag);
    await expect(rollBack(services, "flowers")).rejects.toThrow("another one is there");
  });

  it("of two at once goes back twice, one after the other", async () => {
    const services = open();
    await publishAll(services, "a", "b", "c");
    const both = await Promise.all([rollBack(services, "flowers"), rollBack(services, "flowers")]);
    expect(both.map(({ champion }) => champion.run).sort()).toEqual(["a", "b"]);
  });

  it("is one command", async () => {
    const root = temporaryFolder();
    await publishAll(open(createFolderStore(root)), "a", "b");
    const ended = await startDecant(["rollback", "flowers", "--store", root]).ended;
    expect(ended.stdout).toBe("the champion of flowers is a again (it was b)\n");
    const nothing = await startDecant(["rollback", "flowers", "--store", root]).ended;
    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining("there is only a")]);
  }, 60_000);
});
