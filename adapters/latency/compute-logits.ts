// One model's logits over packed arrays, image by image, in constant memory.
import { openNpy } from "../npy.ts";
import type { LogitsAnswer, LogitsRequest } from "./measuring-request.ts";
import { openModel } from "./session.ts";

export async function computeLogits(request: LogitsRequest): Promise<LogitsAnswer> {
  const model = await openModel(request.path, request.threads);
  const rows: Float32Array[] = [];
  for (const path of request.npy) {
    const npy = openNpy(path);
    try {
      for (let row = 0; row < (npy.header.shape[0] ?? 0); row += 1) {
        rows.push(new Float32Array(await model.run(model.feedOf(npy.row(row), npy.header.shape[1] ?? 0))));
      }
    } finally {
      npy.close();
    }
  }
  const logits = Buffer.concat(rows.map((row) => Buffer.from(row.buffer))).toString("base64");
  const { size_bytes, sha256 } = model;
  return { kind: "logits", size_bytes, sha256, classes: rows[0]?.length ?? 0, logits };
}
