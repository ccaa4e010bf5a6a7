// Models as files of a temporary folder, for as long as a measuring process needs them.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Model } from "../../core/onnx/graph.ts";
import { writeModel } from "../../core/onnx/write-model.ts";

export interface ModelFile {
  /** The model's place in the list. */
  readonly name: string;
  readonly path: string;
}

/** @param ask gets the files in the order of the models */
export async function withModelFiles<T>(
  models: readonly Model[],
  ask: (files: readonly ModelFile[]) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "decant-models-"));
  try {
    const files = models.map((_, at): ModelFile => ({ name: String(at), path: join(folder, `${at}.onnx`) }));
    for (const [at, { path }] of files.entries()) await writeFile(path, writeModel(models[at]!));
    return await ask(files);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
