// The files of a compiled package that a function on Linux of one architecture needs, and no others.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type CompiledPackage, ROOT } from "./bundle.ts";
import type { Architecture } from "./catalogue.ts";

/** File or folder on this machine, by its path in the function's folder. */
export type PackedPaths = Readonly<Record<string, string>>;

export function compiledParts(name: CompiledPackage, architecture: Architecture): PackedPaths {
  return name === "sharp" ? sharpParts(architecture) : runtimeParts(architecture);
}

/** npm's package holds the compiled parts of every platform: 288 MB, of which one is needed. */
function runtimeParts(architecture: Architecture): PackedPaths {
  const modules = join(ROOT, "node_modules");
  return {
    ...filesOf(modules, "onnxruntime-node", ["package.json"]),
    ...filesOf(modules, "onnxruntime-node/dist", javascriptIn(join(modules, "onnxruntime-node/dist"))),
    ...filesOf(modules, "onnxruntime-node/bin/napi-v6/linux", [architecture]),
    ...filesOf(modules, "onnxruntime-common", ["package.json"]),
    ...filesOf(modules, "onnxruntime-common/dist/cjs", javascriptIn(join(modules, "onnxruntime-common/dist/cjs"))),
  };
}

/** Installed for each architecture by set-up, whatever this machine is. */
function sharpParts(architecture: Architecture): PackedPaths {
  const modules = join(ROOT, "infra", "native", architecture, "node_modules");
  if (!existsSync(modules)) {
    throw new Error(
      `Expected sharp's compiled parts in ${modules}, got nothing there: npm run cdk -- synth installs them.`,
    );
  }
  const compiled = [`@img/sharp-linux-${architecture}`, `@img/sharp-libvips-linux-${architecture}`];
  return filesOf(modules, "", [
    "sharp/package.json",
    "sharp/dist",
    "@img/colour",
    "detect-libc",
    "semver",
    ...compiled,
  ]);
}

function filesOf(modules: string, folder: string, names: readonly string[]): PackedPaths {
  return Object.fromEntries(
    names.map((name) => [join("node_modules", folder, name), join(modules, folder, name)] as const),
  );
}

/** package.json too: one inside a package says how the files beside it are to be read. */
function javascriptIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith(".js") || name === "package.json");
}
