// Log lines of GPU tasks, oldest first. A task's first line names its output, which is how its stream is found.
import { CloudWatchLogsClient, type FilteredLogEvent, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { asCloudErrors } from "./cloud-error.ts";

export interface LogLine {
  readonly at_ms: number;
  readonly text: string;
}

export interface TaskLogs {
  /** Lines of every attempt at the step whose output is `output`. */
  linesOf(output: string, since_ms: number): AsyncIterable<LogLine>;
}

export function createTaskLogs(region: string, logGroupName: string): TaskLogs {
  const client = new CloudWatchLogsClient({ region });
  return { linesOf: (output, since_ms) => linesOf(client, logGroupName, output, since_ms) };
}

async function* linesOf(
  client: CloudWatchLogsClient,
  logGroupName: string,
  output: string,
  startTime: number,
): AsyncIterable<LogLine> {
  const streams = new Set<string>();
  // Without the quotes, CloudWatch would read the address as several words.
  for await (const { logStreamName } of filter(client, { logGroupName, startTime, filterPattern: `"${output}"` }))
    if (logStreamName !== undefined) streams.add(logStreamName);
  if (streams.size === 0) return;
  for await (const { timestamp = 0, message = "" } of filter(client, {
    logGroupName,
    startTime,
    logStreamNames: [...streams],
  }))
    yield { at_ms: timestamp, text: message.trimEnd() };
}

interface Filter {
  readonly logGroupName: string;
  readonly startTime: number;
  readonly filterPattern?: string;
  readonly logStreamNames?: string[];
}

async function* filter(client: CloudWatchLogsClient, request: Filter): AsyncIterable<FilteredLogEvent> {
  let nextToken: string | undefined;
  do {
    const page = await asCloudErrors(`read the logs in ${request.logGroupName}`, () =>
      client.send(new FilterLogEventsCommand({ ...request, nextToken })),
    );
    yield* page.events ?? [];
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
}
