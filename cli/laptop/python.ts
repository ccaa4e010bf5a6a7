// Which Python runs the GPU tasks: DECANT_PYTHON, or the environment that set-up made beside this code.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export function pythonInterpreter(environment: Readonly<Record<string, string | undefined>>): string {
  if (environment.DECANT_PYTHON) return environment.DECANT_PYTHON;
  // In the package this code lies one folder deeper, in dist/.
  const inside = process.platform === "win32" ? join(".venv", "Scripts", "python.exe") : join(".venv", "bin", "python");
  const here = fileURLToPath(new URL("../../", import.meta.url));
  const found = [here, dirname(here)].map((folder) => join(folder, inside)).find((path) => existsSync(path));
  return found ?? join(here, inside);
}
