// decant run from outside: exit codes, the last line, and what it survives. A fake Python stands for the GPU tasks.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isAlive } from "../../../adapters/lock-file.ts";
import { layFakePython, runDecant, startDecant } from "../../fixtures/decant-command.ts";
import { layTinyJob, type TinyJob } from "../../fixtures/tiny-job.ts";

const TIMEOUT_MS = 60_000;

function args({ job, profile }: TinyJob, ...more: string[]): string[] {
  return ["run", job, "--profile", profile, "--json", ...more];
}

function journal(job: TinyJob, run: string): Record<string, unknown>[] {
  const folder = join(job.folder, ".decant", "runs", run, "journal");
  return readdirSync(folder)
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
}

function finalNames(job: TinyJob): string[] {
  const paths = readdirSync(join(job.folder, ".decant", "steps", "fine-tune"), { recursive: true }).map(String);
  return paths.filter((path) => path.endsWith("done.json"));
}

describe("decant run", { timeout: TIMEOUT_MS }, () => {
  it("says in one clear error that a task died, keeps the journal, and exits 5", async () => {
    const job = await layTinyJob();
    const python = layFakePython(job.folder, 'console.error("a traceback"); process.exit(9);');
    const { code, stderr, result } = await runDecant(args(job), { DECANT_PYTHON: python });
    expect(code).toBe(5);
    expect(result()).toMatchObject({ status: "failed", artifact: null, report: null });
    expect(stderr.match(/^decant: /gm)).toHaveLength(1);
    expect(stderr).toContain("exit code 9");
    expect(stderr).toContain("a traceback");
    expect(stderr).toContain("To go on");
    const entries = journal(job, result().run);
    expect(entries.at(-1)).toMatchObject({ event: "run-ended", status: "failed", error: "ChildFailed" });
    expect(entries.map(({ state }) => state)).toContain("RecordFailure");
    expect(finalNames(job)).toEqual([]);
  });

  it("tells what a task says went wrong, with the exit code of its error", async () => {
    const job = await layTinyJob();
    const line = { event: "error", code: "OutOfMemory", problems: [{ message: "a smaller batch needs less" }] };
    const python = layFakePython(job.folder, `console.log(${JSON.stringify(JSON.stringify(line))}); process.exit(1);`);
    const { code, stderr } = await runDecant(args(job), { DECANT_PYTHON: python });
    expect(code).toBe(5);
    expect(stderr).toContain("decant: a smaller batch needs less");
  });

  it("kills a task that says nothing for too long", async () => {
    const job = await layTinyJob();
    const pid = join(job.folder, "pid");
    const python = layFakePython(
      job.folder,
      `require("fs").writeFileSync(${JSON.stringify(pid)}, String(process.pid)); process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);`,
    );
    const { code, stderr } = await runDecant(args(job), { DECANT_PYTHON: python, DECANT_SILENCE_S: "2" });
    expect(code).toBe(5);
    expect(stderr).toContain("hung");
    expect(isAlive(Number(readFileSync(pid, "utf8")))).toBe(false);
  });

  it("does not take a task's word that it finished where no result is there", async () => {
    const job = await layTinyJob();
    const python = layFakePython(job.folder, "process.exit(0);");
    const { code, stderr } = await runDecant(args(job), { DECANT_PYTHON: python });
    expect(code).toBe(5);
    expect(stderr).toContain("finished result");
  });

  it("stops on Ctrl-C with its children, even stubborn ones, says how to go on, and exits 4", async () => {
    const job = await layTinyJob();
    const pid = join(job.folder, "pid");
    const python = layFakePython(
      job.folder,
      `process.on("SIGTERM", () => {}); process.on("SIGINT", () => {});
       require("fs").writeFileSync(${JSON.stringify(pid)}, String(process.pid));
       console.log('{"event":"progress","step":"fine-tune","message":"at work"}'); setInterval(() => {}, 1000);`,
    );
    const started = startDecant(args(job), { DECANT_PYTHON: python });
    await started.saying("at work");
    started.child.kill("SIGINT");
    const { code, stderr, result } = await started.ended;
    expect(code).toBe(4);
    expect(result()).toMatchObject({ status: "stopped", artifact: null });
    expect(stderr).toContain("To go on: decant run");
    expect(isAlive(Number(readFileSync(pid, "utf8")))).toBe(false);
    expect(journal(job, result().run).at(-1)).toMatchObject({ event: "run-ended", status: "stopped" });
  });

  it("makes a second run of the same job wait for the first", async () => {
    const job = await layTinyJob();
    const go = join(job.folder, "go");
    const calls = join(job.folder, "calls");
    const python = layFakePython(
      job.folder,
      `const fs = require("fs"); fs.appendFileSync(${JSON.stringify(calls)}, "x");
       console.log('{"event":"progress","step":"fine-tune","message":"at work"}');
       setInterval(() => { if (fs.existsSync(${JSON.stringify(go)})) process.exit(9); }, 50);`,
    );
    const first = startDecant(args(job), { DECANT_PYTHON: python });
    await first.saying("at work");
    const second = startDecant(args(job), { DECANT_PYTHON: python });
    await second.saying("another process");
    expect(readFileSync(calls, "utf8")).toBe("x");
    writeFileSync(go, "");
    const ends = await Promise.all([first.ended, second.ended]);
    expect(ends.map(({ code }) => code)).toEqual([5, 5]);
    expect(ends[1]?.stdout).toContain('"resumed":true');
    expect(readFileSync(calls, "utf8")).toBe("xx");
  });

  it("takes over at once from a run that was killed", async () => {
    const job = await layTinyJob();
    const python = layFakePython(
      job.folder,
      `console.log('{"event":"progress","step":"fine-tune","message":"at work"}');
       process.stdin.on("end", () => process.exit(75)).resume();`,
    );
    const first = startDecant(args(job), { DECANT_PYTHON: python });
    await first.saying("at work");
    first.child.kill("SIGKILL");
    await first.ended;
    const { stdout, code } = await runDecant(args(job), {
      DECANT_PYTHON: layFakePython(job.folder, "process.exit(9)"),
    });
    expect(code).toBe(5);
    expect(stdout).not.toContain("another process");
    expect(stdout).toContain('"resumed":true');
  });

  it("ends with its task when its launcher is killed", async () => {
    const job = await layTinyJob();
    const python = layFakePython(
      job.folder,
      `console.log('{"event":"progress","step":"fine-tune","message":"at work"}'); setInterval(() => {}, 1000);`,
    );
    const dead = String(2 ** 22 + 1);
    const { code, result } = await runDecant(args(job), { DECANT_PYTHON: python, DECANT_LAUNCHER_PID: dead });
    expect(code).toBe(4);
    expect(result().status).toBe("stopped");
  });

  it("says in one clear error that the store can't be written, and exits 5", async () => {
    const job = await layTinyJob();
    const { code, stderr, result } = await runDecant(args(job, "--store", job.job));
    expect(code).toBe(5);
    expect(result()).toEqual({ status: "failed", run: null, artifact: null, report: null });
    expect(stderr.match(/^decant: /gm)).toHaveLength(1);
    expect(stderr).toContain("--store");
  });

  it("exits 2 with every problem of a job, and starts nothing", async () => {
    const job = await layTinyJob(["size: 2 parsecs", "accuracy-drop: many"]);
    const { code, stderr, result } = await runDecant(args(job));
    expect(code).toBe(2);
    expect(result().status).toBe("invalid");
    expect(stderr).toContain("/budget/size");
    expect(stderr).toContain("/budget/accuracy-drop");
    expect(existsSync(join(job.folder, ".decant"))).toBe(false);
  });

  it("refuses a profile that is none, and an unknown option", async () => {
    const job = await layTinyJob();
    writeFileSync(job.profile, '{"device":"abacus"}');
    expect((await runDecant(args(job))).stderr).toContain("/device");
    expect((await runDecant(args(job))).code).toBe(2);
    expect((await runDecant([...args(job), "--fast"])).code).toBe(2);
  });

  it("prints plan, candidates and time on a dry run, and writes no run", async () => {
    const job = await layTinyJob();
    const { code, stdout } = await runDecant(["run", job.job, "--profile", job.profile, "--dry-run"]);
    expect(code).toBe(0);
    expect(stdout).toContain("classes:     3 (blue, green, red)");
    expect(stdout).toMatch(/candidate: +128px/);
    expect(stdout).toMatch(/rung 1: +1 candidate, \d+ epochs\n/);
    expect(stdout).toMatch(/time: +about .+, unless a broken promise asks for another rung/);
    expect(stdout).toMatch(/money: +none: this machine has no price/);
    expect(existsSync(join(job.folder, ".decant", "runs"))).toBe(false);
  });

  it("prints the money by step of a job for the cloud, which it can't run here", async () => {
    const job = await layTinyJob(["spend: 0.01 USD"]);
    writeFileSync(job.job, readFileSync(job.job, "utf8").replace("this-machine", "lambda-arm64"));
    const dry = [
      "run",
      job.job,
      "--profile",
      job.profile,
      "--dry-run",
      "--machine",
      "g6.xlarge",
      "--spot-discount",
      "60",
    ];
    const { code, stdout } = await runDecant(dry);
    expect(code).toBe(0);
    expect(stdout).toMatch(/fine-tune +\d\.\d+ USD for .+ on g6\.xlarge/);
    expect(stdout).toMatch(/money: +at most \d\.\d+ USD on demand, \d\.\d+ USD at a spot discount of 60 %/);
    expect(stdout).toMatch(/budget: +0\.010 USD: not enough, so the run would stop/);
    expect(stdout).toMatch(/prices: +list prices as of \d{4}-\d\d-\d\d, us-east-1/);
    const refused = await runDecant([...dry.slice(0, 5), "--machine", "abacus", "--spot-discount", "120"]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("abacus");
    expect(refused.stderr).toContain("120");
  });
});
