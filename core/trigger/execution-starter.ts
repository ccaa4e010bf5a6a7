// What the starter needs of Step Functions: one execution a name.
import type { RunInput } from "../workflow/payload.ts";

export interface ExecutionStarter {
  /** `already-there` where an execution of that name exists, whatever its input and however it ended. */
  start(name: string, input: RunInput): Promise<"started" | "already-there">;
}
