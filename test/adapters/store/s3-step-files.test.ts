// Step files in a bucket of a real S3 server, and what only a bucket has: local copies, multipart uploads, big files.
import { createHash, randomBytes, randomUUID } from "node:crypto";
import {
  createReadStream,
  createWriteStream,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { DeleteObjectCommand, ListMultipartUploadsCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { createS3StepFiles } from "../../../adapters/s3/step-files.ts";
import { createS3Store } from "../../../adapters/s3/store.ts";
import { uploadFile } from "../../../adapters/s3/upload-file.ts";
import { useBucket } from "../../fixtures/s3-bucket.ts";
import { hasS3Server } from "../../fixtures/s3-server.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { stepFilesContract } from "./step-files-contract.ts";

const BUCKET = "decant-steps";
const POINTER = { step: "plan", key: "k" };
const BIG_BYTES = 200_000_000;

describe.skipIf(!hasS3Server)("with an S3 server", () => {
  let client: S3Client;
  useBucket(BUCKET, (started) => {
    client = started;
  });

  function open() {
    const prefix = `steps-of/${randomUUID()}`;
    const place = { client, bucket: BUCKET, prefix };
    const cache = temporaryFolder();
    const damage = async (path: string, content: string | undefined) => {
      const object = { Bucket: BUCKET, Key: `${prefix}/${path}` };
      if (content === undefined) await client.send(new DeleteObjectCommand(object));
      else await client.send(new PutObjectCommand({ ...object, Body: content }));
    };
    return {
      cache,
      prefix,
      store: createS3Store(place),
      files: createS3StepFiles({ ...place, cache }),
      again: () => createS3StepFiles({ ...place, cache: temporaryFolder() }),
      sharing: () => createS3StepFiles({ ...place, cache }),
      damage,
    };
  }

  stepFilesContract("a bucket", open);

  async function finish({ files }: Pick<ReturnType<typeof open>, "files">, content: string) {
    const attempt = await files.begin(POINTER);
    writeFileSync(join(attempt.folder, "file"), content);
    return attempt.commit();
  }

  it("are fetched once, whoever asks, and then read from the copy", async () => {
    const opened = open();
    const { attempt } = await finish(opened, "abc");
    const other = opened.again();
    const folders = await Promise.all([other.folderOf(POINTER), other.folderOf(POINTER), other.folderOf(POINTER)]);
    expect(new Set(folders).size).toBe(1);
    expect(readdirSync(join(folders[0]!, ".."))).toEqual([attempt]);
    await opened.damage(`steps/plan/k/${attempt}/file`, undefined);
    expect(readFileSync(join(await other.folderOf(POINTER), "file"), "utf8")).toBe("abc");
  });

  it("are fetched anew where the copy is damaged", async () => {
    const opened = open();
    await finish(opened, "abc");
    const folder = await opened.files.folderOf(POINTER);
    writeFileSync(join(folder, "file"), "abd");
    expect(await opened.sharing().folderOf(POINTER)).toBe(folder);
    expect(readFileSync(join(folder, "file"), "utf8")).toBe("abc");
    rmSync(folder, { recursive: true });
    await opened.sharing().folderOf(POINTER);
    expect(readFileSync(join(folder, "file"), "utf8")).toBe("abc");
  });

  it("of a task in another language need no hash beside the object: then its bytes are read", async () => {
    const { store, prefix, again } = open();
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: `${prefix}/steps/plan/k/task-0001/f`, Body: "abc" }));
    const files = { f: { size_bytes: 3, sha256: createHash("sha256").update("abc").digest("hex") } };
    const record = { ...POINTER, attempt: "task-0001", files };
    await store.putIfAbsent("steps/plan/k/done.json", new TextEncoder().encode(JSON.stringify(record)));
    expect(await again().find(POINTER)).toEqual(record);
    expect(readFileSync(join(await again().folderOf(POINTER), "f"), "utf8")).toBe("abc");
  });

  it("of 200 MB go up in parts and come back whole, without being held in memory", async () => {
    const { files, again } = open();
    const attempt = await files.begin(POINTER);
    await writeBig(join(attempt.folder, "big.bin"));
    const before = process.memoryUsage().rss;
    let peak = before;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 20);
    const record = await attempt.commit();
    const other = again();
    expect(await other.find(POINTER)).toEqual(record);
    const folder = await other.folderOf(POINTER);
    clearInterval(watch);
    expect(await hashOf(join(folder, "big.bin"))).toBe(record.files["big.bin"]!.sha256);
    expect(peak - before).toBeLessThan(BIG_BYTES);
  }, 120_000);

  it("leave no part behind where an upload fails", async () => {
    const path = join(temporaryFolder(), "big.bin");
    await writeBig(path, 70_000_000);
    const file = { client, bucket: BUCKET, key: "failing", path, size_bytes: 70_000_000, sha256: "0".repeat(64) };
    await expect(uploadFile(file)).rejects.toMatchObject({ code: "StoreFailed", message: /it changed/ });
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }));
    expect(Uploads).toEqual([]);
  }, 60_000);

  it("remove the folder of an attempt that was not the first", async () => {
    const opened = open();
    await finish(opened, "abc");
    const attempt = await opened.files.begin(POINTER);
    writeFileSync(join(attempt.folder, "file"), "other");
    await attempt.commit();
    expect(existsSync(attempt.folder)).toBe(false);
  });
});

async function writeBig(path: string, size_bytes = BIG_BYTES): Promise<void> {
  const block = randomBytes(1_000_000);
  await pipeline(function* () {
    for (let written = 0; written < size_bytes; written += block.length) {
      block.writeUInt32LE(written);
      yield Buffer.from(block);
    }
  }, createWriteStream(path));
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
