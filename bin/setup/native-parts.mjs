// sharp's compiled parts for the Lambda functions, installed for both architectures from one lock file, whatever this
// machine is: packing them at synth then needs no network and no Docker. onnxruntime-node brings all its platforms anyway.
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fingerprint, isStamped, projectRoot, runCommand, writeStamp } from "./setup.mjs";

const files = ["infra/native/package.json", "infra/native/package-lock.json"];

/** Lambda's two architectures, as npm names them. */
const ARCHITECTURES = ["arm64", "x64"];

export async function ensureNativeParts() {
  const wanted = fingerprint(files);
  for (const architecture of ARCHITECTURES) {
    const folder = join(projectRoot, "infra", "native", architecture);
    const stampFile = join(folder, ".decant-stamp");
    if (isStamped(stampFile, wanted)) continue;
    console.error(
      `decant: installing the Lambda functions' compiled parts for ${architecture} (about 10 MB to download)`,
    );
    mkdirSync(folder, { recursive: true });
    for (const file of files) copyFileSync(join(projectRoot, file), join(folder, file.split("/").at(-1)));
    const platform = [`--cpu=${architecture}`, "--os=linux", "--libc=glibc", "--ignore-scripts"];
    await runCommand("npm", ["ci", "--prefix", folder, ...platform, "--no-audit", "--no-fund", "--loglevel=error"], {
      failure: `npm ci failed in infra/native/${architecture}; its messages stand above. Mend it and run the same command again.`,
    });
    writeStamp(stampFile, wanted);
  }
}
