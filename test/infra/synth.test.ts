// `npx cdk synth` as a user runs it: without account, credentials, network or Docker, and twice the same bytes.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, openSync, readdirSync, readFileSync, readSync, rmSync, statSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stateFunctions } from "../../infra/functions/catalogue.ts";
import { projectRoot } from "../architecture/source-files.ts";

const MINUTE_MS = 60_000;
/** Nothing of this machine's accounts, and a way out that leads nowhere. */
const ENVIRONMENT = {
  PATH: process.env.PATH,
  HOME: tmpdir(),
  AWS_EC2_METADATA_DISABLED: "true",
  HTTP_PROXY: "http://127.0.0.1:9",
  HTTPS_PROXY: "http://127.0.0.1:9",
  CI: "true",
};
const outputs: string[] = [];

async function synthesize(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "decant-synth-"));
  outputs.push(folder);
  const cli = join(projectRoot, "node_modules/aws-cdk/bin/cdk");
  await promisify(execFile)(process.execPath, [cli, "synth", "--quiet", "--strict", "--output", folder], {
    cwd: projectRoot,
    env: ENVIRONMENT,
  });
  return folder;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

function hashOf(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** The folder that each function's code is staged in, by the function's logical id. */
function codeFolders(output: string): ReadonlyMap<string, { folder: string; architecture: string }> {
  const { Resources } = JSON.parse(readFileSync(join(output, "Decant.template.json"), "utf8"));
  return new Map(
    Object.entries<{ Type: string; Metadata?: Record<string, string>; Properties: { Architectures?: string[] } }>(
      Resources,
    ).flatMap(([id, { Type, Metadata, Properties }]) => {
      const path = Metadata?.["aws:asset:path"];
      if (Type !== "AWS::Lambda::Function" || path === undefined) return [];
      return [[id, { folder: join(output, path), architecture: Properties.Architectures?.[0] ?? "x86_64" }] as const];
    }),
  );
}

/** e_machine of an ELF file: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
const ELF_MACHINES: Readonly<Record<number, string>> = { 62: "x86_64", 183: "arm64" };

function elfMachine(path: string): string | undefined {
  const header = Buffer.alloc(20);
  readSync(openSync(path, "r"), header, 0, 20, 0);
  return header.subarray(0, 4).toString("latin1") === "\x7fELF" ? ELF_MACHINES[header.readUInt16LE(18)] : undefined;
}

// Side by side, so that both see the same sources even where somebody is at work on them.
beforeAll(async () => {
  await Promise.all([synthesize(), synthesize()]);
}, 5 * MINUTE_MS);

afterAll(() => {
  for (const folder of outputs) rmSync(folder, { recursive: true, force: true });
});

describe("cdk synth", () => {
  it("writes the same bytes a second time", () => {
    const [first, second] = [outputs[0]!, outputs[1]!];
    const names = new Set([...filesIn(first), ...filesIn(second)]);
    const different = [...names].filter((file) => hashOf(join(first, file)) !== hashOf(join(second, file)));
    expect(different.slice(0, 10)).toEqual([]);
    expect(names.size).toBeGreaterThan(100);
  });

  it("passes every validation, and reports what stays with its reason", () => {
    const { pluginReports } = JSON.parse(readFileSync(join(outputs[0]!, "validation-report.json"), "utf8"));
    const conclusions = pluginReports.map(({ pluginName, conclusion, violations }: Record<string, never[]>) => [
      pluginName,
      conclusion,
      violations?.length,
    ]);
    expect(conclusions).toContainEqual(["AwsSolutions", "success", 0]);
    for (const [, conclusion] of conclusions) expect(conclusion).toBe("success");
  });

  it("holds no account and no region", () => {
    const { environment } = JSON.parse(readFileSync(join(outputs[0]!, "manifest.json"), "utf8")).artifacts.Decant;
    expect(environment).toBe("aws://unknown-account/unknown-region");
    const template = readFileSync(join(outputs[0]!, "Decant.template.json"), "utf8");
    expect(template.match(/\b\d{12}\b/g) ?? []).toEqual([]);
    expect(template).not.toContain(projectRoot);
  });

  it("fits into one stack", () => {
    const template = readFileSync(join(outputs[0]!, "Decant.template.json"), "utf8");
    expect(Object.keys(JSON.parse(template).Resources).length).toBeLessThan(500);
    expect(template.length).toBeLessThan(1_000_000);
  });
});

describe("the code of the functions", () => {
  it("is there for each of them", () => {
    expect(codeFolders(outputs[0]!).size).toBeGreaterThanOrEqual(stateFunctions().length + 3);
  });

  it("weighs less than 120 MB, unpacked", () => {
    for (const [id, { folder }] of codeFolders(outputs[0]!)) {
      const size_bytes = filesIn(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
      expect([id, size_bytes < 120e6]).toEqual([id, true]);
    }
  });

  it("holds compiled parts for the function's own processor, and Linux, alone", () => {
    let seen = 0;
    for (const [id, { folder, architecture }] of codeFolders(outputs[0]!)) {
      for (const file of filesIn(folder).filter((name) => /\.(node|dll|dylib)$|\.so(\.|$)/.test(name))) {
        expect([id, file, elfMachine(join(folder, file))]).toEqual([id, file, architecture]);
        seen += 1;
      }
    }
    expect(seen).toBeGreaterThan(10);
  });

  it("has ONNX Runtime where models are run, and the decoder where pictures are", () => {
    const packagesOf = (name: string) => {
      const [, { folder }] = [...codeFolders(outputs[0]!)].find(([id]) => id.startsWith(`Workflow${name}`))!;
      return ["onnxruntime-node", "sharp"].filter((each) =>
        filesIn(folder).some((file) => file.startsWith(`node_modules/${each}/`)),
      );
    };
    expect(packagesOf("MeasureArm64")).toEqual(["onnxruntime-node"]);
    expect(packagesOf("QuantizeX8664")).toEqual(["onnxruntime-node"]);
    expect(packagesOf("PrepareData")).toEqual(["sharp"]);
    expect(packagesOf("Decide")).toEqual([]);
  });
});
