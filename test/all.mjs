// `npm test`: every check of both languages, in the order of what fails fastest. All of them run, then the sum is shown.
// --long adds the tests in test/long (every kill instant, the whole real job) and a fresh install of the image's packages.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { pythonOfProject } from "../bin/setup/python.mjs";
import { projectRoot } from "../bin/setup/setup.mjs";

const long = process.argv.includes("--long");
const folder = mkdtempSync(join(tmpdir(), "decant-test-"));
const vitestResult = join(folder, "vitest.json");
const pytestResult = join(folder, "pytest.xml");
const longEnvironment = long ? { DECANT_LONG_TESTS: "1" } : {};
const bin = (name) => join(projectRoot, "node_modules", ".bin", name);
const python = pythonOfProject();

const stages = [
  ["biome", bin("biome"), ["check", "--error-on-warnings", "."]],
  ["tsc", bin("tsc"), ["-p", "."]],
  ["tsc core (no ambient types)", bin("tsc"), ["-p", "core"]],
  ["tsc infra (aws-cdk-lib's optional properties are looser)", bin("tsc"), ["-p", "infra"]],
  ["ruff check", python, ["-m", "ruff", "check", "gpu-tasks", "bench"]],
  ["ruff format", python, ["-m", "ruff", "format", "--check", "gpu-tasks", "bench"]],
  ["pyright", bin("pyright"), ["--pythonpath", python, "-p", "gpu-tasks"]],
  [
    "pytest",
    python,
    ["-m", "pytest", "-q", "--durations=5", `--junit-xml=${pytestResult}`, "gpu-tasks"],
    longEnvironment,
  ],
  [
    "vitest",
    bin("vitest"),
    ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${vitestResult}`],
    longEnvironment,
  ],
];

function runStage([name, command, args, environment = {}]) {
  const start = performance.now();
  console.log(`\n=== ${name}`);
  const { status, error } = spawnSync(command, args, {
    cwd: projectRoot,
    stdio: "inherit",
    env: { ...process.env, ...environment },
  });
  if (error) console.error(error.message);
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  return { name, passed: status === 0, seconds };
}

function readCounts() {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  try {
    const vitest = JSON.parse(readFileSync(vitestResult, "utf8"));
    counts.passed += vitest.numPassedTests;
    counts.failed += vitest.numFailedTests;
    counts.skipped += vitest.numPendingTests;
  } catch {
    // vitest wrote nothing: its stage failed and says so.
  }
  try {
    const suite = readFileSync(pytestResult, "utf8").match(/<testsuite [^>]*>/)?.[0] ?? "";
    const count = (name) => Number(suite.match(new RegExp(`${name}="(\\d+)"`))?.[1] ?? 0);
    const failed = count("failures") + count("errors");
    counts.failed += failed;
    counts.skipped += count("skipped");
    counts.passed += count("tests") - failed - count("skipped");
  } catch {
    // likewise for pytest
  }
  return counts;
}

/** What failed, a line each: where only the end of a log is kept, this is what has to stand there. */
function readFailures() {
  const failures = [];
  try {
    const { testResults } = JSON.parse(readFileSync(vitestResult, "utf8"));
    for (const { name, status, message, assertionResults } of testResults) {
      const failed = assertionResults.filter((test) => test.status === "failed");
      const file = relative(projectRoot, name);
      for (const test of failed) failures.push([`${file}: ${test.fullName}`, test.failureMessages[0]]);
      if (status === "failed" && failed.length === 0) failures.push([file, message]);
    }
  } catch {
    // vitest wrote nothing: its stage failed and says so.
  }
  try {
    const cases = readFileSync(pytestResult, "utf8").matchAll(
      /<testcase classname="([^"]*)" name="([^"]*)"[^>]*><(?:failure|error) message="([^"]*)"/g,
    );
    for (const [, group, name, message] of cases)
      failures.push([`${group}: ${name}`, message.replaceAll("&#10;", "\n")]);
  } catch {
    // likewise for pytest
  }
  return failures.map(([name, message = ""]) => `${name}: ${message.split("\n")[0].slice(0, 300)}`);
}

const results = stages.map(runStage);
const counts = readCounts();
const failures = readFailures();
rmSync(folder, { recursive: true, force: true });
console.log("");
for (const { name, passed, seconds } of results) console.log(`${passed ? "ok  " : "FAIL"} ${name} (${seconds} s)`);
for (const failure of failures) console.log(`FAIL ${failure}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = results.every((result) => result.passed) && counts.passed > 0 ? 0 : 1;
