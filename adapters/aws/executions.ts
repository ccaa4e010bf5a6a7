// Executions of the deployed workflow: where one stands, what it has done so far, stopping it.
import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SFNClient,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { asCloudErrors } from "./cloud-error.ts";

export type ExecutionState = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "PENDING_REDRIVE";

export interface Execution {
  readonly state: ExecutionState;
  readonly started_ms: number;
  readonly stopped_ms?: number;
  readonly error?: string;
  readonly cause?: string;
}

/** A state that was entered or left. */
export interface StateEvent {
  readonly id: number;
  readonly at_ms: number;
  readonly state: string;
  readonly entered: boolean;
  /** The state's input, where it was entered. */
  readonly input?: unknown;
}

export interface Executions {
  /** Undefined where no execution has this name. */
  describe(run: string): Promise<Execution | undefined>;
  /** State events after the event `after`, oldest first. */
  events(run: string, after: number): Promise<StateEvent[]>;
  stop(run: string): Promise<void>;
}

/** @param stateMachineArn of the deployed workflow; an execution's ARN follows from it and the run's name */
export function createExecutions(region: string, stateMachineArn: string): Executions {
  const client = new SFNClient({ region });
  const executionArn = (run: string) => `${stateMachineArn.replace(":stateMachine:", ":execution:")}:${run}`;
  return {
    describe: (run) => asCloudErrors(`describe run ${run}`, () => describe(client, executionArn(run))),
    events: (run, after) =>
      asCloudErrors(`list what run ${run} has done`, () => stateEvents(client, executionArn(run), after)),
    stop: async (run) => {
      const request = { executionArn: executionArn(run), error: "Stopped", cause: "The run was stopped by the user." };
      await asCloudErrors(`stop run ${run}`, () => client.send(new StopExecutionCommand(request)));
    },
  };
}

async function describe(client: SFNClient, executionArn: string): Promise<Execution | undefined> {
  try {
    const found = await client.send(new DescribeExecutionCommand({ executionArn }));
    return {
      state: found.status as ExecutionState,
      started_ms: found.startDate?.getTime() ?? 0,
      ...(found.stopDate && { stopped_ms: found.stopDate.getTime() }),
      ...(found.error !== undefined && { error: found.error }),
      ...(found.cause !== undefined && { cause: found.cause }),
    };
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return undefined;
    throw error;
  }
}

async function stateEvents(client: SFNClient, executionArn: string, after: number): Promise<StateEvent[]> {
  const events: StateEvent[] = [];
  let nextToken: string | undefined;
  do {
    // Newest first, so that following a long run reads only what is new.
    const page = await client.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 1000, nextToken }),
    );
    const fresh = (page.events ?? []).filter(({ id = 0 }) => id > after);
    events.push(...fresh.flatMap(stateEvent));
    nextToken = fresh.length === page.events?.length ? page.nextToken : undefined;
  } while (nextToken !== undefined);
  return events.sort((a, b) => a.id - b.id);
}

function stateEvent(event: HistoryEvent): StateEvent[] {
  const { id = 0, timestamp, stateEnteredEventDetails: entered, stateExitedEventDetails: left } = event;
  const state = entered?.name ?? left?.name;
  if (state === undefined) return [];
  const input = entered?.input;
  return [
    {
      id,
      at_ms: timestamp?.getTime() ?? 0,
      state,
      entered: entered !== undefined,
      ...(input !== undefined && { input: parsed(input) }),
    },
  ];
}

/** AWS cuts off long inputs: those say nothing. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
