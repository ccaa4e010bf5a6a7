// The state machine: core/workflow's document, with each of its marks filled in.

import type { EcsJobDefinition, JobQueue } from "aws-cdk-lib/aws-batch";
import { Policy, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from "aws-cdk-lib/aws-stepfunctions";
import { RemovalPolicy, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { WORKFLOW } from "../core/workflow/document.ts";
import { TIMEOUT_RUN_SECONDS } from "../core/workflow/timeouts.ts";
import type { Compute } from "./compute.ts";
import { stateFunctions } from "./functions/catalogue.ts";
import { NodeFunction } from "./functions/node-function.ts";
import type { Packed } from "./functions/pack.ts";
import { type Buckets, storeStatements } from "./functions/permissions.ts";
import { retention } from "./retention.ts";

export interface WorkflowProps extends Buckets {
  readonly packed: Packed;
  /** What every function is told: the store, the machine of GPU tasks. */
  readonly environment: Readonly<Record<string, string>>;
  readonly queue: JobQueue;
  readonly definition: EcsJobDefinition;
  /** Left out: no task runs on several machines, and the marks of their queue and definition name those of one. */
  readonly distributed: Compute["distributed"];
  readonly log_days: number;
  /** Buckets beside the inbox that jobs may name data in. */
  readonly data_buckets: readonly string[];
}

export class Workflow extends Construct {
  readonly stateMachine: StateMachine;
  /** By the name in `<name>FunctionArn`. */
  readonly functions: Readonly<Record<string, NodeFunction>>;

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    this.functions = functionsOf(this, props);
    const arns = Object.entries(this.functions).map(([name, each]) => [name, each.function.functionArn] as const);
    const logGroup = new LogGroup(this, "Log", {
      // Under this prefix a state machine's log needs no room in the account's policy for logs, which is small.
      logGroupName: `/aws/vendedlogs/states/${Stack.of(this).stackName}`,
      retention: retention(props.log_days),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const functionArns = arns.map(([, arn]) => arn);
    const role = roleOf(this, functionArns, props);
    this.stateMachine = new StateMachine(this, "Machine", {
      stateMachineType: StateMachineType.STANDARD,
      comment: WORKFLOW.Comment ?? "",
      definitionBody: DefinitionBody.fromString(JSON.stringify({ ...WORKFLOW, TimeoutSeconds: TIMEOUT_RUN_SECONDS })),
      definitionSubstitutions: {
        ...Object.fromEntries(arns.map(([name, arn]) => [`${name}FunctionArn`, arn])),
        TaskQueueArn: props.queue.jobQueueArn,
        TaskDefinitionArn: props.definition.jobDefinitionArn,
        NodeQueueArn: (props.distributed?.queue ?? props.queue).jobQueueArn,
        NodeDefinitionArn: props.distributed?.definitionArn ?? props.definition.jobDefinitionArn,
      },
      role,
      // Inputs are pointers into the store, so the log holds nobody's data.
      logs: { destination: logGroup, level: LogLevel.ALL, includeExecutionData: true },
      tracingEnabled: true,
    });
    allowDistributedMap(this, this.stateMachine, role);
  }
}

/**
 * A Distributed Map starts each item as an execution of its own machine. A policy apart from the role's own, which the
 * machine waits for: it names the machine.
 */
function allowDistributedMap(scope: Construct, { stateMachineArn, stateMachineName }: StateMachine, role: Role): void {
  const { partition, region, account } = Stack.of(scope);
  const executions = `arn:${partition}:states:${region}:${account}:execution:${stateMachineName}`;
  new Policy(scope, "DistributedMap", {
    roles: [role],
    statements: [
      new PolicyStatement({ sid: "StartShards", actions: ["states:StartExecution"], resources: [stateMachineArn] }),
      new PolicyStatement({
        sid: "FollowShards",
        actions: ["states:DescribeExecution", "states:StopExecution"],
        resources: [":*", "/*:*"].map((names) => `${executions}${names}`),
      }),
    ],
  });
}

function functionsOf(scope: Construct, props: WorkflowProps): Readonly<Record<string, NodeFunction>> {
  return Object.fromEntries(
    stateFunctions().map((spec) => [
      spec.name,
      new NodeFunction(scope, spec.name, {
        ...spec,
        description: `The workflow's ${spec.handler}, ${spec.architecture}`,
        packed: props.packed,
        environment: props.environment,
        statements: storeStatements(spec.handler, props, props.data_buckets),
        log_days: props.log_days,
      }),
    ]),
  );
}

/** The construct library adds what logging and tracing need. */
function roleOf(
  scope: Construct,
  functionArns: readonly string[],
  { queue, definition, distributed }: WorkflowProps,
): Role {
  const { partition, region, account } = Stack.of(scope);
  const role = new Role(scope, "Role", {
    assumedBy: new ServicePrincipal("states.amazonaws.com", {
      conditions: { StringEquals: { "aws:SourceAccount": account } },
    }),
    description: "The workflow: calls its functions, submits GPU tasks",
  });
  const statements = [
    { sid: "CallFunctions", actions: ["lambda:InvokeFunction"], resources: [...functionArns] },
    {
      sid: "SubmitTasks",
      actions: ["batch:SubmitJob"],
      resources: [
        queue.jobQueueArn,
        definition.jobDefinitionArn,
        ...(distributed ? [distributed.queue.jobQueueArn, distributed.definitionArn] : []),
      ],
    },
    {
      sid: "EndTasks",
      actions: ["batch:TerminateJob"],
      resources: [`arn:${partition}:batch:${region}:${account}:job/*`],
    },
    { sid: "SeeTasks", actions: ["batch:DescribeJobs"], resources: ["*"] },
    {
      sid: "WaitForTasks", // the rule that Step Functions keeps in every account
      actions: ["events:DescribeRule", "events:PutRule", "events:PutTargets"],
      resources: [`arn:${partition}:events:${region}:${account}:rule/StepFunctionsGetEventsForBatchJobsRule`],
    },
  ];
  for (const statement of statements) role.addToPolicy(new PolicyStatement(statement));
  return role;
}
