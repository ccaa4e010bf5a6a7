// A live list on a terminal: a row for each stage, with its latest progress beside it.
import { Listr } from "listr2";
import { describeProgress, describeResult, STATE_TITLES } from "./describe.ts";
import type { Renderer, RunEvent, RunResult } from "./run-event.ts";

interface Row {
  readonly title: string;
  readonly states: readonly string[];
  /** The states whose success ends the row. */
  readonly last: readonly string[];
}

const ROWS: readonly Row[] = [
  { title: "Plan", states: ["Plan"], last: ["Plan"] },
  { title: "Prepare data", states: ["ListShards", "PrepareShard", "PrepareData"], last: ["PrepareData"] },
  { title: "Measure training speed", states: ["ProfileKey", "Profile"], last: ["Profile", "FineTuneKey"] },
  { title: "Train the teacher", states: ["FineTuneKey", "FineTune"], last: ["FineTune", "TimeLayers"] },
  { title: "Time layers", states: ["TimeLayers"], last: ["TimeLayers"] },
  {
    title: "Search candidates",
    states: ["Propose", "CompressKey", "Compress", "Quantize", "Measure", "Decide"],
    last: ["Certify", "Report"],
  },
  { title: "Certify", states: ["Certify"], last: ["Report"] },
  { title: "Report", states: ["Report"], last: ["Report"] },
  { title: "Publish", states: ["Publish"], last: ["Publish"] },
];

type Finish = "done" | "failed" | "not reached";

interface LiveRow extends Row {
  readonly finished: Promise<Finish>;
  finish(how: Finish): void;
  say(text: string): void;
}

export function createLiveList(out: NodeJS.WritableStream, err: NodeJS.WritableStream): Renderer {
  const rows = ROWS.map(liveRow);
  const listr = new Listr(
    rows.map((row) => ({
      title: row.title,
      task: async (_context: unknown, task: { output: string; skip: (why: string) => void }) => {
        row.say = (text) => {
          task.output = text;
        };
        const how = await row.finished;
        if (how === "failed") throw new Error(row.title);
        if (how === "not reached") task.skip(row.title);
      },
    })),
    // Ctrl-C is the command's own affair; errors are told at the end, by us.
    {
      concurrent: false,
      exitOnError: false,
      registerSignalListeners: false,
      rendererOptions: { showErrorMessage: false },
    },
  );
  const notices: string[] = [];
  const running = listr.run().catch(() => undefined);
  let current: LiveRow | undefined;
  return {
    show: (event) => {
      current = show(event, rows, current, notices);
    },
    end: async ({ result, problems, table, hints }) => {
      for (const row of rows) row.finish(lastOf(row, current, result.status));
      await running;
      for (const line of [...notices, ...problems]) err.write(`${line}\n`);
      for (const line of [...table, ...describeResult(result)]) out.write(`${line}\n`);
      for (const line of hints) err.write(`${line}\n`);
    },
  };
}

function liveRow(row: Row): LiveRow {
  const { promise, resolve } = Promise.withResolvers<Finish>();
  return { ...row, finished: promise, finish: resolve, say: () => undefined };
}

/** Infeasible ends with a report: every row that was reached did its work. */
function lastOf(row: LiveRow, current: LiveRow | undefined, status: RunResult["status"]): Finish {
  if (status === "succeeded") return "done";
  if (row !== current) return "not reached";
  return status === "infeasible" ? "done" : "failed";
}

/** Applies an event; answers the row that is now at work. */
function show(
  event: RunEvent,
  rows: readonly LiveRow[],
  current: LiveRow | undefined,
  notices: string[],
): LiveRow | undefined {
  if (event.event === "warning") {
    notices.push(`warning: ${event.message}`);
    current?.say(event.message);
  }
  if (event.event === "waiting") rows[0]?.say(event.message);
  else if (event.event === "progress") current?.say(`${event.step}: ${describeProgress(event)}`);
  else if (event.event === "state") return showState(event, rows, current);
  return current;
}

function showState(
  event: Extract<RunEvent, { event: "state" }>,
  rows: readonly LiveRow[],
  current: LiveRow | undefined,
): LiveRow | undefined {
  const { state, status } = event;
  if (status === "entered") {
    const row = rows.find(({ states }) => states.includes(state)) ?? current;
    for (const earlier of rows) if (earlier !== row && earlier.last.includes(state)) earlier.finish("done");
    row?.say([STATE_TITLES[state], event.candidate].filter((part) => part !== undefined).join(" "));
    return row;
  }
  if (status === "succeeded")
    for (const row of rows) if (row.states.includes(state) && row.last.includes(state)) row.finish("done");
  return current;
}
