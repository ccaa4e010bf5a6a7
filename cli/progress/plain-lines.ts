// Plain lines for logs and pipes: a line for each state, and progress at most every few seconds.
import { describeProgress, describeResult, STATE_TITLES, seconds } from "./describe.ts";
import type { Renderer, RunEvent } from "./run-event.ts";

const PROGRESS_EVERY_MS = 5000;

export function createPlainLines(out: NodeJS.WritableStream, err: NodeJS.WritableStream, now: () => number): Renderer {
  let shown_ms = 0;
  const say = (line: string) => void out.write(`${line}\n`);
  const show = (event: RunEvent) => {
    if (event.event === "run")
      say(`${event.resumed ? "going on with" : "starting"} run ${event.run} in ${event.store}`);
    else if (event.event === "waiting") say(event.message);
    else if (event.event === "warning") err.write(`warning: ${event.message}\n`);
    else if (event.event === "state") showState(event, say);
    else if (now() - shown_ms >= PROGRESS_EVERY_MS) {
      shown_ms = now();
      say(`  ${event.step}: ${describeProgress(event)}`);
    }
  };
  return {
    show,
    end: async ({ result, problems, table, hints }) => {
      for (const line of problems) err.write(`${line}\n`);
      for (const line of [...table, ...describeResult(result)]) say(line);
      for (const line of hints) err.write(`${line}\n`);
    },
  };
}

function showState(event: Extract<RunEvent, { event: "state" }>, say: (line: string) => void): void {
  const title = STATE_TITLES[event.state];
  if (title === undefined) return;
  const of = event.candidate === undefined ? "" : ` ${event.candidate}`;
  if (event.status === "entered") say(`${title}${of} ...`);
  else if (event.status === "succeeded") say(`${title}${of}: done in ${seconds(event.seconds ?? 0)}`);
  else say(`${title}${of}: ${event.message ?? "failed"}`);
}
