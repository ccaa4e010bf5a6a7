// One JSON object a line on standard output; the last is the result. Problems go to standard error as text as well.
import type { Renderer } from "./run-event.ts";

export function createJsonLines(out: NodeJS.WritableStream, err: NodeJS.WritableStream): Renderer {
  return {
    show: (event) => void out.write(`${JSON.stringify(event)}\n`),
    end: async ({ result: { status, run, artifact, report }, problems, hints }) => {
      for (const line of [...problems, ...hints]) err.write(`${line}\n`);
      out.write(`${JSON.stringify({ status, run, artifact, report })}\n`);
    },
  };
}
