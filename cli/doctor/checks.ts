// The doctor's checks: each looks at one thing and says what it found and what mends it. They never throw.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { promisify } from "node:util";
import { readMachine } from "../../adapters/machine.ts";
import { int8Speed } from "./int8-speed.ts";

export interface Check {
  readonly name: string;
  /** missing: commands that need it fail; advice: everything works, something could be better. */
  readonly state: "ok" | "advice" | "missing";
  readonly found: string;
  readonly mend?: string;
}

const NODE_MINIMUM = "22.12";
const DISK_GB_ADVISED = 5;
const MEMORY_GB_ADVISED = 4;
const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const VERSIONS_CODE =
  "import json, platform, torch, torchvision, timm, torch_pruning, onnx, safetensors;" +
  "print(json.dumps({'python': platform.python_version(), 'torch': torch.__version__, 'timm': timm.__version__," +
  "'onnx': onnx.__version__, 'cuda': torch.cuda.is_available()}))";

export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = NODE_MINIMUM.split(".").map(Number);
  const enough = major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  if (enough) return { name: "Node", state: "ok", found: version };
  return { name: "Node", state: "missing", found: version, mend: `install Node ${NODE_MINIMUM} or newer` };
}

export async function checkPython(python: string): Promise<Check> {
  const mend = "run `decant run JOB` or `npm test` in a clone: either sets up .venv from gpu-tasks/requirements.txt";
  if (!existsSync(python)) return { name: "Python", state: "missing", found: `no interpreter at ${python}`, mend };
  try {
    const { stdout } = await promisify(execFile)(python, ["-c", VERSIONS_CODE], { timeout: 120_000 });
    const versions: Record<string, string | boolean> = JSON.parse(stdout);
    const listed = ["python", "torch", "timm", "onnx"].map((name) => `${name} ${versions[name]}`).join(", ");
    return { name: "Python", state: "ok", found: `${listed}; ${versions.cuda ? "CUDA GPU" : "training on the CPU"}` };
  } catch (error) {
    const reason = String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split("\n")
      .at(-1);
    return { name: "Python", state: "missing", found: `${python} can't import what training needs: ${reason}`, mend };
  }
}

export async function checkProcessor(python: string): Promise<Check> {
  const machine = await readMachine(python);
  const speed = int8Speed(machine.cpu_flags);
  const state = speed.level === "dot-product" ? "ok" : "advice";
  return { name: "Processor", state, found: `${machine.cpu_model}, ${machine.cores} cores: ${speed.explanation}` };
}

export async function checkRuntime(): Promise<Check> {
  try {
    const runtime = await import("onnxruntime-node");
    const sharp = (await import("sharp")).default;
    const versions = runtime.env.versions;
    return { name: "Runtime", state: "ok", found: `onnxruntime-node ${versions.node}, libvips ${sharp.versions.vips}` };
  } catch (error) {
    return { name: "Runtime", state: "missing", found: String(error).split("\n")[0] ?? "", mend: "npm ci" };
  }
}

export async function checkDisk(folder: string): Promise<Check> {
  const { bavail, bsize } = await statfs(folder);
  const free_gb = Math.round((bavail * bsize) / 1e8) / 10;
  const found = `${free_gb} GB free at ${folder}`;
  if (free_gb >= DISK_GB_ADVISED) return { name: "Disk", state: "ok", found };
  return { name: "Disk", state: "advice", found, mend: "decant clean --keep 1 frees what no kept run needs" };
}

export function checkMemory(bytes: number): Check {
  const found = `${Math.round(bytes / 1e8) / 10} GB`;
  const enough = bytes >= MEMORY_GB_ADVISED * 1e9;
  if (enough) return { name: "Memory", state: "ok", found };
  return { name: "Memory", state: "advice", found, mend: `training at 224 px needs about ${MEMORY_GB_ADVISED} GB` };
}

export function checkBrowser(environment: Readonly<Record<string, string | undefined>>): Check {
  const candidates = [...(environment.CHROMIUM_PATH ? [environment.CHROMIUM_PATH] : []), ...BROWSERS];
  const path = candidates.find((candidate) => existsSync(candidate));
  if (path) return { name: "Browser", state: "ok", found: `${path} (only the report's tests need it)` };
  const mend = "apt-get install chromium, or set CHROMIUM_PATH";
  return { name: "Browser", state: "advice", found: "no Chromium: the report's browser tests skip", mend };
}
