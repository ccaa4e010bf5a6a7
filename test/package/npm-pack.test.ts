// `npm pack` gives a package that installs and runs in a folder without the project: JavaScript only, Python tasks inside.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pythonInterpreter } from "../../cli/laptop/python.ts";
import { projectRoot } from "../architecture/source-files.ts";

const MINUTE_MS = 60_000;
const python = pythonInterpreter(process.env);
const npmEnvironment = { ...process.env, npm_config_onnxruntime_node_install: "skip", npm_config_audit: "false" };

let folder: string;

const npm = (args: readonly string[], cwd: string) =>
  promisify(execFile)("npm", args, { cwd, env: npmEnvironment, maxBuffer: 1e8 });

/** The installed command, as a user of the package starts it. */
const decant = (...args: string[]) =>
  promisify(execFile)(process.execPath, ["node_modules/decant/bin/decant.mjs", ...args], {
    cwd: folder,
    env: { ...process.env, DECANT_PYTHON: python },
    maxBuffer: 1e8,
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "decant-package-"));
  const { stdout } = await npm(["pack", "--json", "--loglevel=error", "--pack-destination", folder], projectRoot);
  const [packed] = Object.values(JSON.parse(stdout.slice(stdout.search(/^[[{]/m)))) as { filename: string }[];
  await writeFile(join(folder, "package.json"), '{ "private": true }');
  await npm(["install", "--omit=dev", "--loglevel=error", `./${packed?.filename}`], folder);
}, 5 * MINUTE_MS);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the packed package", () => {
  it(
    "answers its version and lists every command",
    async () => {
      const { version } = JSON.parse(await readFile(join(projectRoot, "package.json"), "utf8"));
      expect((await decant("--version")).stdout.trim()).toBe(version);
      const help = (await decant("--help")).stdout;
      for (const command of ["init", "run", "verify", "quantize", "doctor"]) expect(help).toContain(command);
    },
    MINUTE_MS,
  );

  it("holds no TypeScript that Node would have to run under node_modules", () => {
    expect(existsSync(join(folder, "node_modules/decant/dist/cli/main.js"))).toBe(true);
    expect(existsSync(join(folder, "node_modules/decant/cli"))).toBe(false);
  });

  it(
    "looks at a data folder and writes a job",
    async () => {
      for (const [label, background] of Object.entries({ blue: "#3050e0", red: "#e03020" })) {
        await mkdir(join(folder, "pictures", label), { recursive: true });
        for (let index = 0; index < 24; index++) {
          const image = sharp({ create: { width: 40 + index, height: 40, channels: 3, background } });
          await image.png().toFile(join(folder, "pictures", label, `${index}.png`));
        }
      }
      const { stdout } = await decant("init", "pictures");
      expect(stdout).toContain("blue");
    },
    MINUTE_MS,
  );

  it.skipIf(!existsSync(python))(
    "finds its Python tasks (skips without .venv)",
    async () => {
      const { stdout } = await decant("doctor", "--json");
      const { checks } = JSON.parse(stdout) as { checks: { name: string; state: string }[] };
      expect(checks.filter((check) => check.state === "missing")).toEqual([]);
      expect(existsSync(join(folder, "node_modules/decant/dist/gpu-tasks/decant_tasks/__main__.py"))).toBe(true);
    },
    3 * MINUTE_MS,
  );
});
