// A function's folder as Lambda unpacks it: its bundle, and beside it the compiled packages that the bundle imports.
// Made of links, which the construct library follows, so that nothing large is copied twice.
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Bundle, bundle } from "./bundle.ts";
import { type Architecture, stateFunctions } from "./catalogue.ts";
import { compiledParts } from "./compiled-parts.ts";
import { entryText, OTHER_ENTRIES } from "./entries.ts";

export interface Packed {
  /** Folder of a handler's code for one architecture. */
  folderOf(handler: string, architecture: Architecture): string;
  remove(): void;
}

/** Bundles every handler once; folders for an architecture are made when they are asked for. */
export async function packFunctions(): Promise<Packed> {
  const folder = mkdtempSync(join(tmpdir(), "decant-functions-"));
  const handlers = Object.fromEntries(stateFunctions().map(({ handler }) => [handler, entryText(handler)]));
  const bundles = await bundle({ ...handlers, ...OTHER_ENTRIES }, join(folder, "bundles"));
  return {
    folderOf: (handler, architecture) => {
      const found = bundles[handler];
      if (found === undefined) throw new Error(`Expected a bundle of ${handler}, got ${Object.keys(bundles)}.`);
      return linked(found, join(folder, `${handler}-${architecture}`), architecture);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function linked({ files, packages }: Bundle, folder: string, architecture: Architecture): string {
  if (existsSync(folder)) return folder;
  const paths = Object.assign({}, files, ...packages.map((name) => compiledParts(name, architecture)));
  for (const [name, target] of Object.entries<string>(paths)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    symlinkSync(target, join(folder, name));
  }
  return folder;
}
