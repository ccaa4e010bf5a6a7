// A state's handler as an AWS Lambda function: services from the environment, progress on standard output, and errors
// under the names that the workflow document catches.
import { DecantError } from "../core/errors/problem.ts";
import { type CloudOptions, createCloudServices } from "./cloud-services.ts";
import type { Handler } from "./list.ts";
import { metricLine } from "./metric-line.ts";
import type { Metric, ProgressEvent, Services } from "./services.ts";
import { named, toDecantError } from "./state-error.ts";

/** Before the function's own time limit, so that its error still says what was cut off. */
const LAST_MOMENT_MS = 5000;
/** A cause ends up in the state's payload, which may have 256 KiB in all. */
const MESSAGE_LENGTH_MAX = 16_000;

/** What is used of the second argument that Lambda passes. */
export interface LambdaContext {
  readonly functionName: string;
  getRemainingTimeInMillis(): number;
}

export interface LambdaHome {
  readonly environment: CloudOptions["environment"];
  readonly write: (line: string) => void;
  readonly createServices: (options: CloudOptions) => Promise<Services>;
}

const LAMBDA: LambdaHome = {
  environment: process.env,
  write: (line) => process.stdout.write(`${line}\n`),
  createServices: createCloudServices,
};

export type LambdaFunction = (payload: unknown, context: LambdaContext) => Promise<unknown>;

export function awsHandler(handler: Handler, home: LambdaHome = LAMBDA): LambdaFunction {
  return async (payload, context) => {
    const stop = new AbortController();
    const left_ms = Math.max(0, context.getRemainingTimeInMillis() - LAST_MOMENT_MS);
    const timer = setTimeout(() => stop.abort(outOfTime(context.functionName)), left_ms);
    const progress = (event: ProgressEvent) => home.write(JSON.stringify({ event: "progress", ...event }));
    const metric = ({ name, value, unit, dimensions, about }: Metric) =>
      home.write(metricLine(name, value, unit, Date.now(), dimensions, about));
    try {
      const services = await home.createServices({
        environment: home.environment,
        signal: stop.signal,
        progress,
        metric,
      });
      // A handler that doesn't look at the signal is left behind: Lambda freezes it when this function answers.
      return (await Promise.race([handler(payload, services), aborted(stop.signal)])) ?? null;
    } catch (error) {
      const known = toDecantError(error, "the store", stop.signal);
      const { code, problems } = known;
      home.write(JSON.stringify({ event: "error", code, problems, ...(code === "Defect" && { stack: known.stack }) }));
      throw named(new DecantError(code, shortened(known.message), { cause: known }));
    } finally {
      clearTimeout(timer);
    }
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function outOfTime(functionName: string): DecantError {
  const message = `The function ${functionName} came to its time limit before it was done. Start the run again: what is finished is kept, and the rest gets the time anew.`;
  return new DecantError("ChildFailed", message);
}

function shortened(message: string): string {
  if (message.length <= MESSAGE_LENGTH_MAX) return message;
  return `${message.slice(0, MESSAGE_LENGTH_MAX)}... (the function's log holds the rest)`;
}
