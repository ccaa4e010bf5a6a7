// A lease on a run: it keeps two processes from doing the same work. Nothing depends on it for correctness.
import { setTimeout as wait } from "node:timers/promises";
import { runFolder } from "../../core/store/path-rules.ts";
import type { Store } from "../../core/store/store.ts";

const LEASE_MS = 60_000;
const RENEW_MS = 20_000;
const POLL_MS = 1000;

export interface Holder {
  readonly session: string;
  readonly host: string;
  readonly pid: number;
}

interface LeaseRecord extends Holder {
  readonly expires_ms: number;
}

export interface LeaseContext {
  readonly store: Store;
  readonly run: string;
  readonly self: Holder;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Whether a process of this machine lives: a dead holder's lease needs no waiting for. */
  readonly isAlive: (pid: number) => boolean;
  readonly onWait: (holder: Holder) => void;
}

export interface Lease {
  release(): Promise<void>;
}

/** Waits until nobody else works on the run, then holds the lease, renewed, until released. */
export async function takeLease(context: LeaseContext): Promise<Lease> {
  const path = `${runFolder(context.run)}/lease.json`;
  let told = false;
  while (!(await tryTake(context, path))) {
    const current = parse((await context.store.get(path))?.bytes);
    if (current && !told) context.onWait(current);
    told = true;
    await wait(POLL_MS, undefined, { signal: context.signal });
  }
  let renewing: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    renewing = extend(context, path, context.now() + LEASE_MS);
  }, RENEW_MS);
  timer.unref();
  return {
    release: async () => {
      clearInterval(timer);
      await renewing;
      await extend(context, path, 0);
    },
  };
}

async function tryTake(context: LeaseContext, path: string): Promise<boolean> {
  const { store, self, now } = context;
  const found = await store.get(path);
  const fresh = encode({ ...self, expires_ms: now() + LEASE_MS });
  if (!found) return store.putIfAbsent(path, fresh);
  const current = parse(found.bytes);
  if (current && isHeld(current, context)) return false;
  return store.putIfUnchanged(path, fresh, found.etag);
}

function isHeld(current: LeaseRecord, { self, now, isAlive }: LeaseContext): boolean {
  if (current.expires_ms <= now() || current.session === self.session) return false;
  return current.host !== self.host || isAlive(current.pid);
}

/** Where the lease was lost meanwhile (a machine that slept), or the disk is gone, the run goes on without it. */
async function extend({ store, self }: LeaseContext, path: string, expires_ms: number): Promise<void> {
  try {
    const found = await store.get(path);
    if (found && parse(found.bytes)?.session === self.session) {
      await store.putIfUnchanged(path, encode({ ...self, expires_ms }), found.etag);
    }
  } catch {
    return;
  }
}

function encode(record: LeaseRecord): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(record)}\n`);
}

function parse(bytes: Uint8Array | undefined): LeaseRecord | undefined {
  if (!bytes) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as LeaseRecord;
  } catch {
    return undefined;
  }
}
