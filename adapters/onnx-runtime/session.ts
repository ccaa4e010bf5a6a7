// Opens ONNX Runtime sessions: only for bytes that were read and checked first, with explicit threads.
import * as ort from "onnxruntime-node";
import { DecantError } from "../../core/errors/problem.ts";
import { readModel } from "../../core/onnx/read-model.ts";

// Read by the runtime when its first session opens. Without it, it writes a device id and an event database into HOME:
// https://github.com/microsoft/onnxruntime/blob/main/docs/Privacy.md
process.env.ORT_DISABLE_TELEMETRY = "1";

export interface SessionOptions {
  readonly threads: number;
  /** "all" is what a deployed model runs with; "disabled" keeps every node as written. */
  readonly optimization: "disabled" | "basic" | "extended" | "all";
  /** Whether freed memory is kept for the next run: faster, but held for as long as the session lives. */
  readonly keep_memory: boolean;
  /** Where a profile is written to when profiling ends: the file's path begins with this. Left out: none. */
  readonly profile_prefix?: string;
}

export const SESSION_DEFAULTS: SessionOptions = { threads: 1, optimization: "all", keep_memory: true };

/** Throws InvalidModel where the file is refused, by our reader before the runtime sees it or by the runtime. */
export async function openSession(
  bytes: Uint8Array,
  options: SessionOptions = SESSION_DEFAULTS,
  where = "model",
): Promise<ort.InferenceSession> {
  readModel(bytes, where);
  try {
    return await ort.InferenceSession.create(bytes, {
      executionProviders: ["cpu"],
      executionMode: "sequential",
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: options.optimization,
      enableCpuMemArena: options.keep_memory,
      enableMemPattern: options.keep_memory,
      logSeverityLevel: 3,
      ...(options.profile_prefix !== undefined && {
        enableProfiling: true,
        profileFilePrefix: options.profile_prefix,
      }),
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DecantError("InvalidModel", [{ message: `ONNX Runtime refused the model: ${reason}`, where }], { cause });
  }
}
