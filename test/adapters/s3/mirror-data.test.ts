// Users' data in a bucket of a real S3 server, mirrored into a folder: names, limits, changes, going on.
import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DeleteObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { listFiles } from "../../../adapters/data-source/list-files.ts";
import { readSource } from "../../../adapters/data-source/read-source.ts";
import { dataRoot } from "../../../adapters/prepared-data/data-root.ts";
import { createS3Client } from "../../../adapters/s3/client.ts";
import { nameProblem, parseDataAddress } from "../../../adapters/s3/data-address.ts";
import { type MirrorOptions, mirrorData } from "../../../adapters/s3/mirror-data.ts";
import { useBucket } from "../../fixtures/s3-bucket.ts";
import { hasS3Server } from "../../fixtures/s3-server.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";

const BUCKET = "decant-data";

describe.skipIf(!hasS3Server)("data in a bucket", () => {
  let client: S3Client;
  useBucket(BUCKET, (started) => {
    client = started;
  });

  async function lay(objects: Readonly<Record<string, string>>, prefix = `data/${randomUUID()}/`) {
    for (const [name, Body] of Object.entries(objects)) {
      await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: prefix + name, Body: Buffer.from(Body) }));
    }
    return { prefix, address: `s3://${BUCKET}/${prefix}` };
  }
  const remove = (Key: string) => client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key }));
  const read = (root: string, path: string) => readFileSync(join(root, path), "utf8");

  /** Counts what it fetches. */
  function counting(options: Partial<MirrorOptions> = {}) {
    let fetched = 0;
    const cache = temporaryFolder();
    const progress = () => {
      fetched += 1;
    };
    const mirror = async (address: string) => {
      fetched = 0;
      const local = await mirrorData({ client, cache, progress, ...options }, address);
      return { ...local, fetched };
    };
    return { cache, mirror };
  }

  it("comes as the same files, in folders, whatever letters their names have", async () => {
    const { address } = await lay({ "a/1 ü (x)+&=%41<.png": "one", "b/c/2.png": "two", "labels.csv": "path,label\n" });
    const { root } = await counting().mirror(address);
    expect((await listFiles(root)).files.map(({ path }) => path)).toEqual([
      "a/1 ü (x)+&=%41<.png",
      "b/c/2.png",
      "labels.csv",
    ]);
    expect(read(root, "a/1 ü (x)+&=%41<.png")).toBe("one");
  });

  it("comes in part where only some files are wanted, beside those that came before", async () => {
    const { address, prefix } = await lay({ "a/1": "one", "a/2": "two", "b/3": "three" });
    const { cache, mirror } = counting({ only: new Set(["a/2"]) });
    const { root, fetched } = await mirror(address);
    expect(fetched).toBe(1);
    expect((await listFiles(root)).files.map(({ path }) => path)).toEqual(["a/2"]);
    await remove(`${prefix}a/2`);
    await mirrorData({ client, cache, only: new Set(["b/3"]) }, address);
    expect((await listFiles(root)).files.map(({ path }) => path)).toEqual(["b/3"]);
  });

  it("is fetched once; then only what was added or changed, and what is gone goes", async () => {
    const { address, prefix } = await lay({ "a/1": "one", "a/2": "two", b: "file" });
    const { mirror } = counting();
    expect((await mirror(address)).fetched).toBe(3);
    expect((await mirror(address)).fetched).toBe(0);
    await lay({ "a/1": "ONE", "a/3": "three", "b/1": "now a folder" }, prefix);
    await remove(`${prefix}a/2`);
    await remove(`${prefix}b`);
    const { root, fetched } = await mirror(address);
    expect(fetched).toBe(3);
    expect((await listFiles(root)).files.map(({ path }) => path)).toEqual(["a/1", "a/3", "b/1"]);
    expect(read(root, "a/1")).toBe("ONE");
  });

  it("is fetched anew where a copy was changed or half written, and keeps its time of change on every machine", async () => {
    const { address } = await lay({ "a/1": "one", "a/2": "two" });
    const [here, there] = [counting(), counting()];
    const { root } = await here.mirror(address);
    const other = await there.mirror(address);
    const time = (of: string) => statSync(join(of, "a/1"), { bigint: true }).mtimeNs;
    expect(time(root)).toBe(time(other.root));
    writeFileSync(join(root, "a/1"), "ONE");
    rmSync(join(root, "a/2"));
    expect((await here.mirror(address)).fetched).toBe(2);
    expect([read(root, "a/1"), read(root, "a/2")]).toEqual(["one", "two"]);
    expect(time(root)).toBe(time(other.root));
  });

  it("goes on after it was cut off", async () => {
    const names = Array.from({ length: 40 }, (_, index) => [`n/${index}`, String(index)]);
    const { address } = await lay(Object.fromEntries(names));
    const cache = temporaryFolder();
    const stop = new AbortController();
    const progress = (done: number) => {
      if (done === 10) stop.abort();
    };
    await expect(mirrorData({ client, cache, progress, signal: stop.signal }, address)).rejects.toThrow();
    const { fetched, root } = await counting({ cache }).mirror(address);
    expect(fetched).toBeLessThanOrEqual(30);
    expect((await listFiles(root)).files).toHaveLength(40);
  });

  it("leaves markers of folders, hidden files and system junk where they are", async () => {
    const { address } = await lay({
      "a/": "",
      "a/1": "one",
      ".hidden/x": "no",
      "a/.DS_Store": "no",
      "Thumbs.db": "no",
    });
    const { root } = await counting().mirror(address);
    expect((await listFiles(root)).files.map(({ path }) => path)).toEqual(["a/1"]);
    expect(existsSync(join(root, ".hidden"))).toBe(false);
  });

  it("refuses names that are an object and a folder of objects", async () => {
    const { address, prefix } = await lay({ "a/1": "one", "b/c/2": "two" });
    await lay({ "b/c": "three" }, prefix);
    await expect(counting().mirror(address)).rejects.toMatchObject({
      code: "InvalidData",
      problems: [{ where: "b/c" }],
    });
  });

  it("refuses more objects or deeper folders than its limits", async () => {
    const { address } = await lay({ "a/b/1": "x", "a/2": "x", "3": "x" });
    const files = counting({ limits: { files: 2, depth: 16 } }).mirror(address);
    await expect(files).rejects.toThrow("Expected at most 2 objects");
    const depth = counting({ limits: { files: 10, depth: 2 } }).mirror(address);
    await expect(depth).rejects.toThrow("Expected folders at most 2 deep");
  });

  it("that is not there is refused with its address", async () => {
    const address = `s3://${BUCKET}/none/`;
    const missing = counting().mirror(address);
    await expect(missing).rejects.toMatchObject({ code: "InvalidData", problems: [{ where: address }] });
    await expect(counting().mirror("s3://decant-no-such/x/")).rejects.toThrow("there is no such bucket");
  });

  it("is read through the reader of its layout: a prefix as a folder, a label file as the file it is", async () => {
    const { address } = await lay({ "x/1.png": "1", "y/2.png": "2", "labels.csv": "path,label\nx/1.png,one\n" });
    const { mirror } = counting();
    const named = await readSource("/nowhere", { source: `${address}labels.csv` }, mirror);
    expect(named.result.rows).toEqual([{ path: "x/1.png", label: "one" }]);
    const { prefix } = await lay({ "x/1.png": "1", "y/2.png": "2" });
    const relative = await readSource(`s3://${BUCKET}/data/`, { source: `../${prefix}` }, mirror);
    expect(relative.result.rows.map(({ label }) => label)).toEqual(["x", "y"]);
    expect(await dataRoot(`s3://${BUCKET}/`, prefix, mirror)).toBe(relative.root);
  });

  it("is refused where nobody brings it", async () => {
    await expect(readSource(".", { source: "s3://bucket/x/" })).rejects.toThrow("aws s3 sync");
  });
});

describe("a bucket that names its objects as it likes", () => {
  const listing = (keys: readonly string[]) => `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>
${keys.map((key) => `<Contents><Key>${encodeURIComponent(key).replaceAll("%2F", "/")}</Key><Size>1</Size></Contents>`).join("")}
</ListBucketResult>`;

  it("is refused every key that can't be a file, all at once, before anything is written", async () => {
    const bad = [
      "../x",
      "a/../../x",
      "/etc/passwd",
      "a//b",
      "a/./b",
      "a\\b",
      "C:x",
      "a\u0007b",
      "a\nb",
      `${"n".repeat(256)}.png`,
    ];
    const server = createServer((_, answer) => answer.end(listing(["good/1.png", ...bad].map((key) => `data/${key}`))));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const credentials = { accessKeyId: "a", secretAccessKey: "b" };
    const client = createS3Client({ endpoint: `http://127.0.0.1:${port}`, credentials });
    const cache = temporaryFolder();
    const error = await mirrorData({ client, cache }, "s3://decant-wild/data/").catch((thrown) => thrown);
    expect(error).toMatchObject({ code: "InvalidData" });
    const told = error.problems
      .map(({ where }: { where: string }) => where)
      .filter((where: string) => where !== undefined);
    for (const key of bad.slice(0, 3)) expect(told).toContain(JSON.stringify(`data/${key}`));
    expect(error.problems).toHaveLength(6);
    expect(error.problems.at(-1).message).toBe("And 5 more keys that can't be files.");
    expect(error.message).not.toContain("good/1.png");
    expect(readdirSync(cache)).toEqual([]);
  });
});

describe("a data address", () => {
  it.each([
    "s3://",
    "s3://UPPER/x",
    "s3://bucket/../x",
    "s3://bucket/a//b",
    "s3://bucket//x",
    "s3://bucket/a/./b",
    "s3://bucket/a\0b",
  ])("%j is refused", (address) => {
    expect(() => parseDataAddress(address)).toThrow(/Expected data in a folder or at an address like/);
  });

  it("of any key is refused, or stays below the folder that it is joined to", () => {
    const wild = fc
      .array(fc.constantFrom("..", ".", "", "a", "b c", "ü", "\\", "\n", "C:"))
      .map((names) => names.join("/"));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), wild), (path) => {
        if (nameProblem(path) !== undefined) return;
        expect(join("/data/folder", path)).toBe(`/data/folder/${path}`);
      }),
    );
  });
});
