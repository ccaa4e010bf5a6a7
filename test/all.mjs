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

/** What a runner's file says; nothing where it wrote none: its stage failed then and says so. */
function readResults(file, parse) {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch {
    return { passed: 0, failed: 0, skipped: 0, failures: [] };
  }
}

function vitestResults(text) {
  const { testResults, ...sums } = JSON.parse(text);
  const failures = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === "failed");
    const file = relative(projectRoot, name);
    if (status === "failed" && failed.length === 0) return [[file, message]];
    return failed.map((test) => [`${file}: ${test.fullName}`, test.failureMessages[0]]);
  });
  return { passed: sums.numPassedTests, failed: sums.numFailedTests, skipped: sums.numPendingTests, failures };
}

function pytestResults(text) {
  const suite = text.match(/<testsuite [^>]*>/)?.[0] ?? "";
  const count = (name) => Number(suite.match(new RegExp(`${name}="(\\d+)"`))?.[1] ?? 0);
  const [failed, skipped] = [count("failures") + count("errors"), count("skipped")];
  const cases = /<testcase classname="([^"]*)" name="([^"]*)"[^>]*><(?:failure|error) message="([^"]*)"/g;
  const failures = [...text.matchAll(cases)].map(([, group, name, message]) => [
    `${group}: ${name}`,
    message.replaceAll("&#10;", "\n"),
  ]);
  return { passed: count("tests") - failed - skipped, failed, skipped, failures };
}

const results = stages.map(runStage);
const read = [readResults(vitestResult, vitestResults), readResults(pytestResult, pytestResults)];
const [passed, failed, skipped] = ["passed", "failed", "skipped"].map((name) =>
  read.reduce((sum, result) => sum + result[name], 0),
);
rmSync(folder, { recursive: true, force: true });
console.log("");
for (const { name, passed, seconds } of results) console.log(`${passed ? "ok  " : "FAIL"} ${name} (${seconds} s)`);
// A line each: where only the end of a log is kept, this is what has to stand there.
for (const [name, message = ""] of read.flatMap(({ failures }) => failures))
  console.log(`FAIL ${name}: ${message.split("\n")[0].slice(0, 300)}`);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = results.every((result) => result.passed) && passed > 0 ? 0 : 1;
