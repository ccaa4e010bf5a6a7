// Logits of models over packed arrays, one model after the other, image by image, in constant memory.
import { openNpy } from "../npy.ts";
import type { LogitsAnswer, LogitsRequest, ModelLogits } from "./measuring-request.ts";
import { openModel } from "./session.ts";

export async function computeLogits({ models, threads }: LogitsRequest): Promise<LogitsAnswer> {
  const answers: ModelLogits[] = [];
  for (const { path, npy } of models) answers.push(await logitsOfModel(path, npy, threads));
  return { kind: "logits", models: answers };
}

async function logitsOfModel(path: string, arrays: readonly string[], threads: number): Promise<ModelLogits> {
  const model = await openModel(path, threads);
  const rows: Float32Array[] = [];
  for (const array of arrays) {
    const npy = openNpy(array);
    try {
      const [count = 0, size = 0] = npy.header.shape;
      for (let row = 0; row < count; row += 1) {
        // The runtime may use its output's memory again.
        rows.push(new Float32Array(await model.run(model.feedOf(npy.row(row), size))));
      }
    } finally {
      npy.close();
    }
  }
  const logits = Buffer.concat(rows.map((row) => Buffer.from(row.buffer))).toString("base64");
  const { size_bytes, sha256 } = model;
  return { size_bytes, sha256, classes: rows[0]?.length ?? 0, logits };
}
