// Starts executions of the deployed workflow. A name is an execution for ever here: AWS forgets names after 90 days, but
// the starter's own record does not.
import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import type { ExecutionStarter } from "../../core/trigger/execution-starter.ts";
import { asCloudErrors } from "./cloud-error.ts";

export function createExecutionStarter(client: SFNClient, stateMachineArn: string): ExecutionStarter {
  return {
    start: (name, input) =>
      asCloudErrors(`start the execution ${name}`, async () => {
        try {
          // While it runs, a second start with the same input is answered like the first.
          await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
          return "started";
        } catch (error) {
          if (error instanceof ExecutionAlreadyExists) return "already-there";
          throw error;
        }
      }),
  };
}
