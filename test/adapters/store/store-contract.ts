// What every store must do. Each implementation's test file calls this with its own maker.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Store } from "../../../core/store/store.ts";
import { compareCodePoints } from "../../../core/text/code-point-order.ts";

/** A server on a busy machine needs seconds for a race; what is tested is who wins. */
const RACE_MS_MAX = 120_000;

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array) => new TextDecoder().decode(value);

export async function listed(store: Store, prefix: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const path of store.list(prefix)) paths.push(path);
  return paths;
}

/** @param open a store of its own for each test; `again` opens the same store a second time, as another process would. */
export function storeContract(
  name: string,
  open: () => { store: Store; again: () => Store },
  { races = 20 }: { readonly races?: number } = {},
): void {
  describe(`${name} as a store`, () => {
    it("answers undefined for what was never put", async () => {
      expect(await open().store.get("a/b")).toBeUndefined();
    });

    it("gives back the bytes that were put, also to another process", async () => {
      const { store, again } = open();
      expect(await store.putIfAbsent("steps/plan/k/done.json", bytes("one"))).toBe(true);
      expect(text((await again().get("steps/plan/k/done.json"))!.bytes)).toBe("one");
    });

    it("keeps every byte as it is", async () => {
      const { store, again } = open();
      const all = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7 + (index >> 8)) & 255);
      for (const [path, content] of [
        ["binary", all],
        ["empty", new Uint8Array()],
      ] as const) {
        await store.putIfAbsent(path, content);
        expect(Buffer.from((await again().get(path))!.bytes).equals(content)).toBe(true);
      }
    });

    it("keeps one object for every path that the rules allow, and gives each back under its own name", {
      timeout: RACE_MS_MAX,
    }, async () => {
      const segment = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._ ()+=@-]{0,12}$/);
      const folder = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join("/"));
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(folder, { minLength: 1, maxLength: 5 }), async (folders) => {
          const { store } = open();
          const paths = folders.map((path) => `${path}/the object`);
          for (const path of paths) expect(await store.putIfAbsent(path, bytes(path))).toBe(true);
          for (const path of paths) expect(text((await store.get(path))!.bytes)).toBe(path);
          expect(await listed(store, "")).toEqual(paths.toSorted(compareCodePoints));
        }),
        { numRuns: races },
      );
    });

    it("keeps the first object where two are put under one name", async () => {
      const { store } = open();
      await store.putIfAbsent("x", bytes("one"));
      expect(await store.putIfAbsent("x", bytes("two"))).toBe(false);
      expect(text((await store.get("x"))!.bytes)).toBe("one");
    });

    it("replaces an object whose ETag is the one that was read, and no other", async () => {
      const { store } = open();
      await store.putIfAbsent("x", bytes("one"));
      const { etag } = (await store.get("x"))!;
      expect(await store.putIfUnchanged("x", bytes("two"), etag)).toBe(true);
      expect(await store.putIfUnchanged("x", bytes("three"), etag)).toBe(false);
      expect(text((await store.get("x"))!.bytes)).toBe("two");
    });

    it("does not create by replacing", async () => {
      const { store } = open();
      expect(await store.putIfUnchanged("x", bytes("one"), "anything")).toBe(false);
      expect(await store.get("x")).toBeUndefined();
    });

    it("lists paths under a prefix in code-point order, whatever the order of writing", async () => {
      const { store } = open();
      const paths = ["b/1", "a.b/1", "a/2", "a/10", "a/b/c", "ab", "B/1"];
      for (const path of paths) await store.putIfAbsent(path, bytes(path));
      expect(await listed(store, "")).toEqual([...paths].sort());
      expect(await listed(store, "a/")).toEqual(["a/10", "a/2", "a/b/c"]);
      expect(await listed(store, "a/1")).toEqual(["a/10"]);
      expect(await listed(store, "none/")).toEqual([]);
    });

    it.each(["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/./b", "a\\..\\b", ".hidden", "a/", "c:x", "a\0b", "é"])(
      "refuses the path %j with StoreFailed",
      async (path) => {
        const { store } = open();
        await expect(store.putIfAbsent(path, bytes("x"))).rejects.toMatchObject({ code: "StoreFailed" });
        await expect(store.get(path)).rejects.toMatchObject({ code: "StoreFailed" });
      },
    );

    it("lets exactly one of any number of concurrent creators win", { timeout: RACE_MS_MAX }, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.string({ maxLength: 40 }), { minLength: 2, maxLength: 8 }), async (contents) => {
          const { store, again } = open();
          const won = await Promise.all(
            contents.map((content, index) => (index % 2 ? again() : store).putIfAbsent("x", bytes(content))),
          );
          expect(won.filter(Boolean)).toHaveLength(1);
          expect(text((await store.get("x"))!.bytes)).toBe(contents[won.indexOf(true)]);
        }),
        { numRuns: races },
      );
    });

    it("lets exactly one of any number of concurrent replacers of one version win", {
      timeout: RACE_MS_MAX,
    }, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(fc.string({ maxLength: 40 }), { minLength: 2, maxLength: 6 }),
          async (contents) => {
            const { store, again } = open();
            await store.putIfAbsent("x", bytes("the first version, longer than any other one that is tried"));
            const { etag } = (await store.get("x"))!;
            const won = await Promise.all(
              contents.map((content, index) => (index % 2 ? again() : store).putIfUnchanged("x", bytes(content), etag)),
            );
            expect(won.filter(Boolean)).toHaveLength(1);
            expect(text((await store.get("x"))!.bytes)).toBe(contents[won.indexOf(true)]);
          },
        ),
        { numRuns: races },
      );
    });

    it("loses no increment of a counter that several processes raise by read and replace", {
      timeout: RACE_MS_MAX,
    }, async () => {
      const { store, again } = open();
      await store.putIfAbsent("n", bytes("0"));
      const raise = async (mine: Store) => {
        for (let done = 0; done < 5; ) {
          const { bytes: value, etag } = (await mine.get("n"))!;
          if (await mine.putIfUnchanged("n", bytes(String(Number(text(value)) + 1)), etag)) done += 1;
        }
      };
      await Promise.all([raise(store), raise(again()), raise(again())]);
      expect(text((await store.get("n"))!.bytes)).toBe("15");
    });
  });
}
