// Each handler, in a whole run, writes and reads only what its function is allowed to. The policies can't be tried without
// an account; what the handlers touch can be watched.
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { interpret } from "../../cli/laptop/interpret.ts";
import { loadJob } from "../../cli/load-job.ts";
import { stepFolder } from "../../core/store/path-rules.ts";
import type { StepPointer, Store } from "../../core/store/store.ts";
import { WORKFLOW } from "../../core/workflow/document.ts";
import { type StoreAccess, storeAccess } from "../../infra/functions/store-access.ts";
import { HANDLERS } from "../../lambdas/list.ts";
import { writeRunJob } from "../../lambdas/run-job.ts";
import type { Services } from "../../lambdas/services.ts";
import { startRun } from "../../lambdas/start-run.ts";
import { sweep } from "../../lambdas/sweep.ts";
import { folderServices } from "../fixtures/folder-services.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { layTinyJob } from "../fixtures/tiny-job.ts";
import { trainAtOnce } from "../fixtures/train-at-once.ts";
import { INBOX, jobText, triggerHome } from "../fixtures/trigger-home.ts";

interface Touch {
  readonly kind: "reads" | "writes";
  readonly path: string;
}

function telling<T, A extends unknown[], R>(
  tell: (of: T) => void,
  work: (of: T, ...rest: A) => R,
): (of: T, ...rest: A) => R {
  return (of, ...rest) => {
    tell(of);
    return work(of, ...rest);
  };
}

/** The same store, telling of each path before it is touched. */
function watchedStore(store: Store, tell: (touch: Touch) => void): Store {
  const reads = (path: string) => tell({ kind: "reads", path });
  const writes = (path: string) => tell({ kind: "writes", path });
  return {
    get: telling(reads, (path) => store.get(path)),
    putIfAbsent: telling(writes, (path: string, bytes: Uint8Array) => store.putIfAbsent(path, bytes)),
    putIfUnchanged: telling(writes, (path: string, bytes: Uint8Array, etag: string) =>
      store.putIfUnchanged(path, bytes, etag),
    ),
    list: (prefix) => store.list(prefix),
  };
}

function watched(services: Services, tell: (touch: Touch) => void): Services {
  const { files, artifacts } = services;
  const path = (pointer: StepPointer) => `${stepFolder(pointer)}/attempt/file`;
  const reads = (pointer: StepPointer) => tell({ kind: "reads", path: path(pointer) });
  const writes = (pointer: StepPointer) => tell({ kind: "writes", path: path(pointer) });
  return {
    ...services,
    store: watchedStore(services.store, tell),
    files: {
      ...files,
      find: telling(reads, (pointer) => files.find(pointer)),
      folderOf: telling(reads, (pointer) => files.folderOf(pointer)),
      begin: telling(writes, (pointer) => files.begin(pointer)),
    },
    artifacts: {
      publish: (run, sources) => {
        tell({ kind: "writes", path: `runs/${run}/artifact/model.onnx` });
        return artifacts.publish(run, sources);
      },
    },
  };
}

/** As IAM matches: a star stands for any characters, slashes included. */
function matches(patterns: readonly string[], path: string): boolean {
  const literal = (text: string) => text.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&");
  return patterns.some((pattern) => new RegExp(`^${pattern.split("*").map(literal).join(".*")}$`).test(path));
}

function forbidden(handler: string, touches: readonly Touch[]): string[] {
  const access: StoreAccess = storeAccess(handler);
  return touches
    .filter(({ kind, path }) => !matches(access[kind], path))
    .map(({ kind, path }) => `${handler} ${kind} ${path}`);
}

describe("what a handler touches in the store", () => {
  it("is what its function may, in a run to a published artifact", async () => {
    const job = await layTinyJob();
    const services = folderServices(temporaryFolder());
    await writeRunJob(services, "tiny", await loadJob(job.job));
    const touched = new Map<string, Touch[]>();
    await interpret({
      document: WORKFLOW,
      input: { run: "tiny", map_concurrency: 1, deadline_ms: null, target_function: 0 },
      lambda: async (state, payload) => {
        const touches = touched.get(state) ?? [];
        touched.set(state, touches);
        return HANDLERS[state]!(
          payload,
          watched(services, (touch) => touches.push(touch)),
        );
      },
      task: async (_state, { INPUT = "" }) => trainAtOnce(JSON.parse(await readFile(INPUT, "utf8")), services, job),
      signal: services.signal,
    });
    expect([...touched.keys()]).toEqual(
      expect.arrayContaining(["Plan", "PrepareData", "Certify", "Report", "Publish"]),
    );
    expect([...touched].flatMap(([handler, touches]) => forbidden(handler, touches))).toEqual([]);
    for (const [handler, touches] of touched) {
      // This job promises no latency, so no layer is timed.
      expect([handler, touches.some(({ kind }) => kind === "writes")]).toEqual([handler, handler !== "TimeLayers"]);
    }
  }, 120_000);

  it("is what its function may, where a failure is recorded", async () => {
    const touches: Touch[] = [];
    const services = watched(folderServices(temporaryFolder()), (touch) => touches.push(touch));
    const payload = { run: "r", map_concurrency: 1, deadline_ms: null, plan: { step: "plan", key: "k" } };
    await HANDLERS.RecordFailure!({ ...payload, error: { Error: "OutOfMemory", Cause: "full" } }, services);
    expect(touches.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["reads", "writes"]));
    expect(forbidden("RecordFailure", touches)).toEqual([]);
  });

  it("is what the starter and the sweeper may, for jobs that start and jobs that are refused", async () => {
    const versions = [
      { key: "jobs/good.yaml", version: "1", modified_ms: 0, text: jobText("good") },
      { key: "jobs/bad.yaml", version: "2", modified_ms: 0, text: jobText("bad", { device: "this-machine" }) },
    ];
    const home = triggerHome(versions);
    const touches: Touch[] = [];
    const services = { ...home, store: watchedStore(home.store, (touch) => touches.push(touch)) };
    await startRun({ bucket: INBOX, key: "jobs/good.yaml", version: "1" }, services);
    await sweep(services);
    expect(home.started.size).toBe(1);
    for (const handler of ["StartRun", "Sweep"]) expect(forbidden(handler, touches)).toEqual([]);
    expect(touches.map(({ path }) => path)).toContainEqual(expect.stringMatching(/^runs\/bad-.*\/refusal\.json$/));
  });
});
