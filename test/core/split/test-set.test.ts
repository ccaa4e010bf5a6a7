// The identity of a test split.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { LISTED_MAX, testSetOf } from "../../../core/split/test-set.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hashes = Array.from({ length: LISTED_MAX }, (_, at) => sha256(String(at)));

describe("testSetOf", () => {
  it("depends on the hashes, not on their order", () => {
    const { digest } = testSetOf(hashes, sha256);
    expect(testSetOf(hashes.toReversed(), sha256).digest).toBe(digest);
    expect(testSetOf(hashes.slice(1), sha256).digest).not.toBe(digest);
    expect(testSetOf(["b", "a"], sha256)).toEqual({ digest: sha256("a\nb"), hashes: ["a", "b"] });
  });

  it("lists the hashes where they are few", () => {
    expect(testSetOf(hashes, sha256).hashes).toEqual(hashes.toSorted());
    expect(testSetOf([...hashes, sha256("one more")], sha256).hashes).toBeNull();
  });
});
