// Bundles the functions' code with esbuild, in this process: one file a handler, compiled packages left outside.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Metafile, type Plugin } from "esbuild";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Packages with compiled parts: they are packed as files beside the bundle. */
export const COMPILED_PACKAGES = ["onnxruntime-node", "sharp"] as const;
export type CompiledPackage = (typeof COMPILED_PACKAGES)[number];

export interface Bundle {
  /** Files by their name in the function's folder. */
  readonly files: Readonly<Record<string, string>>;
  readonly packages: readonly CompiledPackage[];
}

/** The fresh process that measures is a file of its own; whatever bundle starts it has it beside itself. */
const WORKER = { starter: "adapters/latency/measure.ts", module: "adapters/latency/measuring-worker.ts" };
const WORKER_FILE = "measuring-worker.mjs";

/**
 * @param entries source text by handler, importing from the project's root
 * @param folder where the bundles are written
 */
export async function bundle(
  entries: Readonly<Record<string, string>>,
  folder: string,
): Promise<Readonly<Record<string, Bundle>>> {
  const { metafile } = await build({
    entryPoints: [
      ...Object.keys(entries).map((name) => ({ in: `entry:${name}`, out: join(name, "index") })),
      { in: WORKER.module, out: "measuring-worker" },
    ],
    absWorkingDir: ROOT,
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    external: [...COMPILED_PACKAGES],
    // Packages in the older module format ask for Node's own modules by `require`.
    banner: {
      js: 'import { createRequire as createRequireOfBundle } from "node:module"; const require = createRequireOfBundle(import.meta.url);',
    },
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
    plugins: [textEntries(entries)],
  });
  const worker = outputOf(metafile, "measuring-worker.mjs");
  return Object.fromEntries(
    Object.keys(entries).map((name) => {
      const output = outputOf(metafile, `${name}/index.mjs`);
      const measures = WORKER.starter in output.inputs;
      return [
        name,
        {
          files: {
            "index.mjs": join(folder, name, "index.mjs"),
            ...(measures && { [WORKER_FILE]: join(folder, WORKER_FILE) }),
          },
          packages: packagesOf(measures ? [output, worker] : [output]),
        },
      ];
    }),
  );
}

type Output = Metafile["outputs"][string];

function outputOf({ outputs }: Metafile, name: string): Output {
  const found = Object.entries(outputs).find(([path]) => path.endsWith(name));
  if (found === undefined) throw new Error(`Expected esbuild to have written ${name}, got ${Object.keys(outputs)}.`);
  return found[1];
}

function packagesOf(outputs: readonly Output[]): CompiledPackage[] {
  const imported = new Set(outputs.flatMap(({ imports }) => imports.map(({ path }) => path)));
  return COMPILED_PACKAGES.filter((name) => imported.has(name));
}

function textEntries(entries: Readonly<Record<string, string>>): Plugin {
  return {
    name: "text-entries",
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^entry:/ }, ({ path }) => ({ path: path.slice("entry:".length), namespace: "entry" }));
      onLoad({ filter: /.*/, namespace: "entry" }, ({ path }) => ({
        contents: entries[path] ?? "",
        loader: "ts",
        resolveDir: ROOT,
      }));
    },
  };
}
