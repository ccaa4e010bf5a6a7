// The functions' code as Lambda unpacks it, run by Node from a folder of its own: it finds its compiled parts and the fresh
// process that measures, and works on a store in a bucket.
import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createS3Client } from "../../adapters/s3/client.ts";
import { createS3StepFiles } from "../../adapters/s3/step-files.ts";
import { createS3Store } from "../../adapters/s3/store.ts";
import { stateFunctions } from "../../infra/functions/catalogue.ts";
import { OTHER_ENTRIES } from "../../infra/functions/entries.ts";
import { type Packed, packFunctions } from "../../infra/functions/pack.ts";
import { taskMachineVariables } from "../../infra/functions/task-machine.ts";
import type { Services } from "../../lambdas/services.ts";
import { layColourRun } from "../fixtures/colour-run.ts";
import { hasS3Server, type S3Server, startS3Server } from "../fixtures/s3-server.ts";

const MINUTE_MS = 60_000;
const BUCKET = "artifact";
const onLinux = process.platform === "linux" && process.arch === "x64";
if (!onLinux) console.log("skipped: bundled functions run on Linux x64 only");

/** Calls a bundle's handler as Lambda does, and prints what it answers. */
const CALLER = `
import { readFileSync } from "node:fs";
const { handler } = await import(process.argv[2]);
if (typeof handler !== "function") throw new Error("expected a handler");
const payload = process.argv[3] && JSON.parse(readFileSync(process.argv[3], "utf8"));
const context = { functionName: "test", getRemainingTimeInMillis: () => 300000 };
console.log(JSON.stringify({ answer: payload ? await handler(payload, context) : null }));
process.exit(0);
`;

let folder: string;
let packed: Packed;

/** A handler's folder with real files, as in the deployed function. */
function unpacked(handler: string): string {
  const target = join(folder, handler);
  if (!existsSync(target)) execFileSync("cp", ["-RL", packed.folderOf(handler, "x64"), target]);
  return target;
}

async function call(handler: string, payload?: unknown, environment: Record<string, string> = {}): Promise<unknown> {
  const file = join(folder, `${handler}.json`);
  if (payload !== undefined) writeFileSync(file, JSON.stringify(payload));
  const argument = payload === undefined ? [] : [file];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(folder, "caller.mjs"), join(unpacked(handler), "index.mjs"), ...argument],
    { cwd: folder, env: { PATH: process.env.PATH, ...environment } },
  );
  return (JSON.parse(stdout.trim().split("\n").at(-1)!) as { answer: unknown }).answer;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "decant-unpacked-"));
  writeFileSync(join(folder, "caller.mjs"), CALLER);
  packed = await packFunctions();
}, MINUTE_MS);

afterAll(() => {
  packed.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!onLinux)("a bundled function", () => {
  const handlers = [...new Set(stateFunctions().map(({ handler }) => handler)), ...Object.keys(OTHER_ENTRIES)];

  it.each(handlers)(
    "%s loads, with what it needs beside it",
    async (handler) => {
      expect(await call(handler)).toBeNull();
    },
    MINUTE_MS,
  );
});

describe.skipIf(!onLinux || !hasS3Server)("the bundled Measure", () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server();
    await server.createBucket(BUCKET);
  }, MINUTE_MS);
  afterAll(() => server?.stop());

  it(
    "measures a model in a fresh process, from a bucket and into it",
    async () => {
      const { endpoint, region, credentials } = server;
      const client = createS3Client({ endpoint, region, credentials });
      const place = { client, bucket: BUCKET, prefix: "" };
      const store = createS3Store(place);
      const files = createS3StepFiles({ ...place, cache: join(folder, "laid") });
      const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");
      const { payload } = await layColourRun({ store, files, sha256 } as unknown as Services, {});
      const environment = {
        ...server.environment,
        ...taskMachineVariables({ compute: "gpu", vcpus: 4, nodes_max: 1 }),
        STORE_BUCKET: BUCKET,
        STORAGE_MB: "10240",
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1769",
        CACHE_FOLDER: join(folder, "cache"),
      };
      const pointer = (await call("Measure", payload, environment)) as { step: string; key: string };
      expect(pointer.step).toBe("measure");
      const record = await files.find(pointer);
      expect(Object.keys(record?.files ?? {})).toEqual(expect.arrayContaining(["output.json", "predictions.json"]));
    },
    3 * MINUTE_MS,
  );
});
