// Where the champion alias lies, what it records, and how it moves forwards and back.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Champion,
  type ChampionAlias,
  championOf,
  readAlias,
  rolledBack,
  withChampion,
} from "../../../core/champion/alias.ts";
import { aliasPath, historyPath, historyPrefix } from "../../../core/champion/alias-path.ts";
import { pathProblem } from "../../../core/store/path-rules.ts";
import { madeUpReport } from "../../fixtures/report-model.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
const champion = (run: string, order: string | null = null, artifact = `artifact of ${run}`): Champion => ({
  ...{ run, artifact, order },
  ...{ top1: 0.9, top1_n: 300, size_bytes: 1, latency_ms_p95: 1 },
});
const chain = (...runs: string[]) =>
  runs.reduce<ChampionAlias | undefined>((alias, run) => withChampion(alias, champion(run, run)), undefined)!;
const runs = (list: readonly Champion[]) => list.map(({ run }) => run);

describe("the champion alias", () => {
  it("lies under a path that every store takes, one for each job name", () => {
    const path = (job: string) => aliasPath(job, sha256);
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(pathProblem(path(a))).toBeUndefined();
        expect(pathProblem(historyPath(historyPrefix(a, sha256), 1))).toBeUndefined();
        expect(path(a) === path(b)).toBe(a === b);
      }),
    );
    expect(path("flowers-v1.2")).toBe("aliases/flowers-v1.2/champion.json");
    expect(historyPath(historyPrefix("flowers", sha256), 7)).toBe("aliases/flowers/history/000007.json");
  });

  it("records run, artifact and the figures that people look for", () => {
    const model = madeUpReport();
    expect(championOf("flowers-1", "ab", "2030", model)).toEqual({
      run: "flowers-1",
      artifact: "ab",
      order: "2030",
      top1: model.file!.accuracy.top1.value,
      top1_n: 300,
      size_bytes: 2_312_480,
      latency_ms_p95: model.file!.latency.ms_p95,
    });
  });

  it("keeps every earlier champion, newest first", () => {
    const alias = chain("a", "b", "c");
    expect(alias.champion.run).toBe("c");
    expect(runs(alias.earlier)).toEqual(["b", "a"]);
    expect(alias.newest_order).toBe("c");
  });

  it("gains no entry by the same run or the same artifact again", () => {
    const alias = chain("a", "b");
    expect(runs(withChampion(alias, champion("b", "b", "another")).earlier)).toEqual(["a"]);
    expect(runs(withChampion(alias, champion("c", "c", "artifact of b")).earlier)).toEqual(["a"]);
  });

  it("goes back one, or to a run, and says what was withdrawn", () => {
    const once = rolledBack(chain("a", "b", "c"))!;
    expect([once.champion.run, runs(once.earlier), runs(once.withdrawn)]).toEqual(["b", ["a"], ["c"]]);
    const twice = rolledBack(once)!;
    expect([twice.champion.run, runs(twice.earlier), runs(twice.withdrawn)]).toEqual(["a", [], ["b", "c"]]);
    expect(rolledBack(twice)).toBeUndefined();
    const jump = rolledBack(chain("a", "b", "c"), "a")!;
    expect([jump.champion.run, runs(jump.withdrawn)]).toEqual(["a", ["c", "b"]]);
    expect(jump.newest_order).toBe("c");
  });

  it("comes forward again to what was rolled back by mistake, and to nothing unknown", () => {
    const alias = chain("a", "b");
    const forward = rolledBack(rolledBack(alias)!, "b")!;
    expect([forward.champion.run, runs(forward.earlier), runs(forward.withdrawn)]).toEqual(["b", ["a"], []]);
    expect(rolledBack(alias, "unknown")).toBeUndefined();
    expect(rolledBack(alias, "b")).toBeUndefined();
  });

  it("is read back as written, and from version 1, which held one champion", () => {
    const alias = chain("a", "b");
    expect(readAlias(JSON.stringify(alias))).toEqual(alias);
    const { order: _, ...old } = champion("a");
    expect(readAlias(JSON.stringify({ version: 1, ...old }))).toEqual(withChampion(undefined, champion("a")));
    for (const text of ["", "{}", "null", '{"version":3}', '{"version":2,"champion":{}}'])
      expect(readAlias(text)).toBeUndefined();
  });
});
