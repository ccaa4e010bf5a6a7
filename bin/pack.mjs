// `npm pack` runs this first: the same tree as JavaScript in dist/, since Node runs no TypeScript under node_modules.
// dist/ mirrors the project, so every relative path (schemas, Python tasks, child processes) stays true.
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot, runCommand } from "./setup/setup.mjs";

const dist = join(projectRoot, "dist");
const tsc = join(projectRoot, "node_modules", ".bin", "tsc");
const withoutCaches = (path) => !/__pycache__|\.(pytest|ruff)_cache/.test(path);

await rm(dist, { recursive: true, force: true });
await runCommand(tsc, ["-p", "tsconfig.build.json"], { failure: "tsc could not build dist/." });
for (const folder of ["schemas", "gpu-tasks/decant_tasks", "examples/demo"]) {
  await cp(join(projectRoot, folder), join(dist, folder), { recursive: true, filter: withoutCaches });
}
