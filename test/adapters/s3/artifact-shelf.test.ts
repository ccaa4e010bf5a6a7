// Publishing into a bucket: manifest last, sources held to their hashes, a differing artifact replaced whole.
import { createHash, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createS3Shelf } from "../../../adapters/s3/artifact-shelf.ts";
import { createS3Client } from "../../../adapters/s3/client.ts";
import { createS3Store } from "../../../adapters/s3/store.ts";
import { hasS3Server, type S3Server, startS3Server } from "../../fixtures/s3-server.ts";
import { listed } from "../store/store-contract.ts";

const BUCKET = "decant-artifacts";
const hash = (text: string) => createHash("sha256").update(text).digest("hex");

describe.skipIf(!hasS3Server)("the artifact shelf in a bucket", () => {
  let server: S3Server;
  let client: S3Client;
  const folder = mkdtempSync(join(tmpdir(), "decant-shelf-"));
  beforeAll(async () => {
    server = await startS3Server();
    await server.createBucket(BUCKET);
    client = createS3Client({ endpoint: server.endpoint, credentials: server.credentials });
  }, 60_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await server?.stop();
  });

  function open() {
    const place = { client, bucket: BUCKET, prefix: `shelf/${randomUUID()}` };
    const store = createS3Store(place);
    const read = async (name: string) =>
      new TextDecoder().decode((await store.get(`runs/r/artifact/${name}`))?.bytes ?? new Uint8Array());
    return { place, store, shelf: createS3Shelf(place), read };
  }

  function source(name: string, text: string) {
    const path = join(folder, hash(text));
    writeFileSync(path, text);
    return { name, path, sha256: hash(text) };
  }

  it("writes a manifest of every file, whose hash names the artifact", async () => {
    const { place, shelf, read } = open();
    const published = await shelf.publish("r", [source("model.onnx", "m"), source("labels.txt", "a\n")]);
    const text = await read("manifest.json");
    expect(published).toEqual({
      location: `s3://${BUCKET}/${place.prefix}/runs/r/artifact`,
      manifest_sha256: hash(text),
      changed: true,
    });
    expect(JSON.parse(text).files).toEqual({
      "labels.txt": { size_bytes: 2, sha256: hash("a\n") },
      "model.onnx": { size_bytes: 1, sha256: hash("m") },
    });
  });

  it("changes nothing where the same artifact is there", async () => {
    const { shelf } = open();
    const sources = [source("model.onnx", "m")];
    const { changed: _, ...first } = await shelf.publish("r", sources);
    expect(await shelf.publish("r", sources)).toEqual({ ...first, changed: false });
  });

  it("replaces an artifact that differs, whole", async () => {
    const { shelf, store, read } = open();
    await shelf.publish("r", [source("model.onnx", "old"), source("labels.txt", "a\n")]);
    const { changed } = await shelf.publish("r", [source("model.onnx", "new")]);
    expect(changed).toBe(true);
    expect(await listed(store, "runs/r/")).toEqual(["runs/r/artifact/manifest.json", "runs/r/artifact/model.onnx"]);
    expect(await read("model.onnx")).toBe("new");
  });

  it("mends a file that was changed after it was published", async () => {
    const { place, shelf, read } = open();
    const sources = [source("model.onnx", "right"), source("labels.txt", "a\n")];
    await shelf.publish("r", sources);
    const Key = `${place.prefix}/runs/r/artifact/model.onnx`;
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: "wrong" }));
    expect((await shelf.publish("r", sources)).changed).toBe(true);
    expect(await read("model.onnx")).toBe("right");
  });

  it("ends with one whole artifact where several publish at once", async () => {
    const { place, read } = open();
    const publish = (text: string) =>
      createS3Shelf(place).publish("r", [source("model.onnx", text), source("labels.txt", `${text}\n`)]);
    await Promise.all(["one", "two", "three"].map((text) => publish(text).catch(() => undefined)));
    const { files } = JSON.parse(await read("manifest.json"));
    for (const name of ["model.onnx", "labels.txt"]) expect(hash(await read(name))).toBe(files[name].sha256);
  });

  it("refuses a source whose bytes are not the promised ones, and leaves what was published", async () => {
    const { shelf, read } = open();
    const good = source("model.onnx", "good");
    await shelf.publish("r", [good]);
    const bad = { ...good, sha256: hash("other") };
    await expect(shelf.publish("r", [bad])).rejects.toMatchObject({ code: "StoreFailed" });
    expect(await read("model.onnx")).toBe("good");
  });

  it.each(["../escape", "a/b", "..", "", "c\\d"])("refuses the file name %j", async (name) => {
    const { shelf } = open();
    await expect(shelf.publish("r", [{ ...source("x", "x"), name }])).rejects.toMatchObject({ code: "StoreFailed" });
    await expect(shelf.publish(name, [])).rejects.toMatchObject({ code: "StoreFailed" });
  });
});
