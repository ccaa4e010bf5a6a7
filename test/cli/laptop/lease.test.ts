// The lease on a run: one holder at a time, no waiting for the dead.
import { describe, expect, it } from "vitest";
import { createFolderStore } from "../../../adapters/folder-store.ts";
import { type LeaseContext, takeLease } from "../../../cli/laptop/lease.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";

function contextOf(session: string, changes: Partial<LeaseContext> = {}): LeaseContext {
  return {
    store: createFolderStore(temporaryFolder()),
    run: "r",
    self: { session, host: "here", pid: 1 },
    now: () => 1000,
    signal: new AbortController().signal,
    isAlive: () => true,
    onWait: () => {
      throw new Error("expected no waiting");
    },
    ...changes,
  };
}

describe("the lease on a run", () => {
  it("is free for the next one after a release", async () => {
    const first = contextOf("a");
    await (await takeLease(first)).release();
    await (await takeLease(contextOf("b", { store: first.store }))).release();
  });

  it("makes a second one wait, and tells it who works, once", async () => {
    const first = contextOf("a");
    const lease = await takeLease(first);
    const told: string[] = [];
    const waiting = Promise.withResolvers<void>();
    const onWait = ({ session }: { readonly session: string }) => {
      told.push(session);
      waiting.resolve();
    };
    const second = takeLease(contextOf("b", { store: first.store, onWait }));
    await waiting.promise;
    await lease.release();
    await (await second).release();
    expect(told).toEqual(["a"]);
  });

  it("is taken over when it expired, or at once when its process on this machine is dead", async () => {
    const first = contextOf("a");
    await takeLease(first);
    const later = { store: first.store, now: () => 1000 + 61_000 };
    await takeLease(contextOf("b", later));
    await takeLease(contextOf("c", { ...later, isAlive: () => false }));
  });

  it("is not taken from another machine's process before it expires, whatever the process ids here", async () => {
    const first = contextOf("a", { self: { session: "a", host: "there", pid: 1 } });
    await takeLease(first);
    const controller = new AbortController();
    const onWait = () => controller.abort();
    const second = takeLease(
      contextOf("b", { store: first.store, isAlive: () => false, onWait, signal: controller.signal }),
    );
    await expect(second).rejects.toMatchObject({ name: "AbortError" });
  });

  it("is taken over where its record is damaged", async () => {
    const first = contextOf("a");
    await first.store.putIfAbsent("runs/r/lease.json", new TextEncoder().encode("{"));
    await (await takeLease(first)).release();
  });
});
