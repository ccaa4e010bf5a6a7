// The Python environment in .venv: made once from the pinned requirements, and made good again when they change.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fingerprint, isStamped, projectRoot, runCommand, SetupError, writeStamp } from "./setup.mjs";

const folder = join(projectRoot, ".venv");
const requirements = "gpu-tasks/requirements.txt";
const devRequirements = "gpu-tasks/requirements-dev.txt";

/** The environment's interpreter; DECANT_PYTHON names another one, which is used as it is. */
export function pythonOfProject() {
  if (process.env.DECANT_PYTHON) return process.env.DECANT_PYTHON;
  return process.platform === "win32" ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python");
}

/** [major, minor] of an interpreter, or undefined where it doesn't start. */
function versionOf(command) {
  try {
    const code = "import sys, venv; print(sys.version_info[0], sys.version_info[1])";
    const [major, minor] = execFileSync(command, ["-c", code], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    })
      .trim()
      .split(" ")
      .map(Number);
    return [major, minor];
  } catch {
    return undefined;
  }
}

function findPython() {
  for (const command of ["python3.11", "python3", "python3.12", "python3.13", "python"]) {
    const [major = 0, minor = 0] = versionOf(command) ?? [];
    if (major === 3 && minor >= 11) return command;
  }
  throw new SetupError(
    "Expected Python 3.11 or newer with venv on the path, found none. On Debian: apt-get install python3 python3-venv.",
  );
}

export async function ensurePython({ dev = false } = {}) {
  if (process.env.DECANT_PYTHON) return;
  const files = dev ? [requirements, devRequirements] : [requirements];
  const wanted = fingerprint(files);
  const stampFile = join(folder, dev ? ".decant-stamp-dev" : ".decant-stamp");
  if (isStamped(stampFile, wanted)) return;
  if (!existsSync(pythonOfProject())) {
    await runCommand(findPython(), ["-m", "venv", folder], { failure: `python -m venv ${folder} failed.` });
  }
  console.error(
    "decant: installing the Python packages into .venv (on Linux torch brings CUDA: about 3 GB to download, 6 GB on disk)",
  );
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", files.at(-1)];
  await runCommand(pythonOfProject(), install, {
    failure: "pip install failed; its messages stand above. Mend it and run the same command again.",
  });
  writeStamp(stampFile, wanted);
  if (dev) writeStamp(join(folder, ".decant-stamp"), fingerprint([requirements]));
}
