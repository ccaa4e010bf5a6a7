// What starts runs: an object under jobs/ in the inbox, a schedule, and every 15 minutes the sweeper for what was missed.

import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as FunctionTarget } from "aws-cdk-lib/aws-events-targets";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { SqsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import { CfnScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Duration, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { JOBS_PREFIX } from "../core/workflow/deployment.ts";
import { NodeFunction } from "./functions/node-function.ts";
import type { Packed } from "./functions/pack.ts";
import { type Buckets, jobFileStatements, storeStatements } from "./functions/permissions.ts";

export interface TriggersProps extends Buckets {
  readonly packed: Packed;
  readonly environment: Readonly<Record<string, string>>;
  readonly stateMachine: IStateMachine;
  readonly log_days: number;
}

const SWEEP_EVERY = Duration.minutes(15);

export class Triggers extends Construct {
  readonly starter: NodeFunction;
  readonly sweeper: NodeFunction;
  /** Events that could not be turned into a run, in the end. */
  readonly deadLetters: Queue;
  readonly scheduleGroup: CfnScheduleGroup;
  readonly scheduleRole: Role;

  constructor(scope: Construct, id: string, props: TriggersProps) {
    super(scope, id);
    this.deadLetters = new Queue(this, "DeadLetters", {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    this.starter = this.functionOf("StartRun", "Starts a run for a job file or a schedule", Duration.minutes(2), props);
    this.sweeper = this.functionOf(
      "Sweep",
      "Starts runs that an event should have started",
      Duration.minutes(14),
      props,
    );
    this.starter.function.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      onFailure: new SqsDestination(this.deadLetters),
    });
    this.watchJobs(props);
    new Rule(this, "Sweeping", {
      description: "Calls the sweeper",
      schedule: Schedule.rate(SWEEP_EVERY),
      // The next call sees everything that this one should have, so a lost one is not kept.
      targets: [new FunctionTarget(this.sweeper.function, { retryAttempts: 0, maxEventAge: SWEEP_EVERY })],
    });
    this.scheduleGroup = new CfnScheduleGroup(this, "Schedules", { name: `${Stack.of(this).stackName}-jobs` });
    this.scheduleRole = this.schedulingRole();
  }

  private functionOf(handler: string, description: string, timeout: Duration, props: TriggersProps): NodeFunction {
    const { stateMachine, environment } = props;
    return new NodeFunction(this, handler, {
      ...props,
      handler,
      description,
      architecture: "arm64",
      memory_mb: 1024,
      storage_mb: 512,
      timeout,
      environment: { ...environment, STATE_MACHINE_ARN: stateMachine.stateMachineArn },
      statements: [
        ...storeStatements(handler, props),
        ...jobFileStatements(props),
        new PolicyStatement({
          sid: "StartRuns",
          actions: ["states:StartExecution"],
          resources: [stateMachine.stateMachineArn],
        }),
      ],
    });
  }

  private watchJobs({ inbox }: TriggersProps): void {
    new Rule(this, "Jobs", {
      description: "A job file was put into the inbox",
      eventPattern: {
        source: ["aws.s3"],
        detailType: ["Object Created"],
        detail: { bucket: { name: [inbox.bucketName] }, object: { key: [{ prefix: JOBS_PREFIX }] } },
      },
      targets: [
        new FunctionTarget(this.starter.function, {
          retryAttempts: 20,
          maxEventAge: Duration.hours(6),
          deadLetterQueue: this.deadLetters,
        }),
      ],
    });
  }

  /** What a schedule may do: call the starter, and only as a schedule of this group. */
  private schedulingRole(): Role {
    const { account } = Stack.of(this);
    const role = new Role(this, "ScheduleRole", {
      assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
        conditions: {
          StringEquals: { "aws:SourceAccount": account, "aws:SourceArn": this.scheduleGroup.attrArn },
        },
      }),
      description: "Schedules of jobs: call the starter",
    });
    role.addToPolicy(
      new PolicyStatement({
        sid: "CallStarter",
        actions: ["lambda:InvokeFunction"],
        resources: [this.starter.function.functionArn],
      }),
    );
    return role;
  }
}
