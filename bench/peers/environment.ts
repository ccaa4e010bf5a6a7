// The peers' own Python environment: pinned, apart from the project's, made on first use.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const REQUIREMENTS = fileURLToPath(new URL("requirements.txt", import.meta.url));
const NAMED = ["onnxruntime", "nncf", "aimet-onnx", "neural-compressor"];

/** The environment's interpreter. */
export async function ensurePeers(folder: string): Promise<string> {
  const python = join(folder, "bin/python");
  if (existsSync(python)) return python;
  execFileSync("python3", ["-m", "venv", folder], { stdio: "inherit" });
  execFileSync(python, ["-m", "pip", "install", "--quiet", "-r", REQUIREMENTS], { stdio: "inherit" });
  return python;
}

export async function peerVersions(python: string): Promise<Record<string, string>> {
  const text = execFileSync(python, ["-m", "pip", "list", "--format=json"], { encoding: "utf8" });
  const installed = JSON.parse(text) as { name: string; version: string }[];
  const named = installed.filter(({ name }) => NAMED.includes(name.replaceAll("_", "-")));
  return Object.fromEntries(named.map(({ name, version }) => [name.replaceAll("_", "-"), version]));
}

/** Where the environment's packages lie: the pretrained weights come from there. */
export function sitePackages(python: string): string {
  const code = "import sysconfig; print(sysconfig.get_paths()['purelib'])";
  return execFileSync(python, ["-c", code], { encoding: "utf8" }).trim();
}
