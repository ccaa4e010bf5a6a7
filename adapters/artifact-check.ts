// Holds an artifact folder to its manifest, and reads its report. Nothing in it is run before every hash is right.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkManifest, MANIFEST_NAME } from "../core/artifact/manifest.ts";
import { readManifest, readReport } from "../core/artifact/read-verified.ts";
import { DecantError } from "../core/errors/problem.ts";
import { readModel } from "../core/onnx/read-model.ts";
import { countPairs } from "../core/quantization/portability.ts";
import type { ReportModel } from "../core/report/report-model.ts";
import type { PairCount } from "../core/workflow/records/measurement.ts";
import { createFileHasher, type HashedFile } from "./file-hash.ts";

/** Throws InvalidInput naming every file that is missing, changed or unknown. */
export async function checkArtifact(folder: string): Promise<ReportModel> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    const message = `expected an artifact folder, but it can't be read (${cause.code})`;
    throw new DecantError("InvalidInput", [{ message, where: folder }], { cause });
  });
  if (!names.includes(MANIFEST_NAME)) {
    const message = `expected an artifact folder with ${MANIFEST_NAME}, but there is none: name the folder that decant run printed`;
    throw new DecantError("InvalidInput", [{ message, where: folder }]);
  }
  const manifest = readManifest(await readFile(join(folder, MANIFEST_NAME), "utf8"));
  if ("problems" in manifest) throw new DecantError("InvalidInput", manifest.problems);
  const hash = createFileHasher();
  const found: Record<string, HashedFile> = {};
  for (const name of names) {
    const facts = await hash(join(folder, name));
    // A subfolder counts as an unknown file.
    found[name] = facts ?? { size_bytes: 0, sha256: "" };
  }
  const problems = checkManifest(manifest.value, found);
  if (problems.length > 0) throw new DecantError("InvalidInput", problems);
  const report = readReport(await readFile(join(folder, "report.json"), "utf8"));
  if ("problems" in report) throw new DecantError("InvalidInput", report.problems);
  return report.value;
}

/** Pairs of int8 weights in a model file, and how many of them can overflow on CPUs without VNNI. */
export async function countFilePairs(path: string): Promise<PairCount> {
  return countPairs(readModel(await readFile(path), path).model.graph);
}
