// The service as one stack: where things run, never what they do.
import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import type { Deployment } from "../core/workflow/deployment.ts";
import { acknowledgeFindings } from "./acknowledgements.ts";
import { GPU_VCPUS } from "./compute/container.ts";
import { FARGATE_VCPUS } from "./compute/environments.ts";
import { Compute } from "./compute.ts";
import type { Packed } from "./functions/pack.ts";
import { taskMachineVariables } from "./functions/task-machine.ts";
import { TaskImage } from "./image.ts";
import { Network } from "./network.ts";
import { Operations } from "./operations.ts";
import { Removal } from "./removal.ts";
import { readSettings } from "./settings.ts";
import { Storage } from "./storage.ts";
import { Triggers } from "./triggers.ts";
import { Workflow } from "./workflow.ts";

/** Processors of a GPU task, by where it runs. */
const VCPUS = { gpu: GPU_VCPUS, fargate: FARGATE_VCPUS };

export interface DecantStackProps extends StackProps {
  /** The functions' code. */
  readonly packed: Packed;
}

export class DecantStack extends Stack {
  readonly storage: Storage;
  readonly compute: Compute;
  readonly workflow: Workflow;
  readonly triggers: Triggers;

  constructor(scope: Construct, id: string, { packed, ...props }: DecantStackProps) {
    super(scope, id, props);
    const settings = readSettings(this.node);
    this.storage = new Storage(this, "Storage", settings);
    const { inbox, artifact } = this.storage;
    const network = new Network(this, "Network", { ...settings, kind: settings.network, buckets: [inbox, artifact] });
    const { image, pull } = new TaskImage(this, "Image", {
      uri: settings.image,
      variant: settings.compute === "fargate" ? "cpu" : "gpu",
      log_days: settings.log_days,
    });
    this.compute = new Compute(this, "Compute", {
      ...settings,
      kind: settings.compute,
      network,
      image,
      pull,
      inbox,
      artifact,
    });
    const environment = {
      STORE_BUCKET: artifact.bucketName,
      INBOX_BUCKET: inbox.bucketName,
      ...taskMachineVariables({ ...settings, vcpus: VCPUS[settings.compute] }),
    };
    const functions = { ...settings, packed, environment, inbox, artifact };
    this.workflow = new Workflow(this, "Workflow", { ...functions, ...this.compute });
    this.triggers = new Triggers(this, "Triggers", { ...functions, stateMachine: this.workflow.stateMachine });
    const { RecordFailure, Report } = this.workflow.functions;
    new Operations(this, "Operations", {
      ...settings,
      state_machine_arn: this.workflow.stateMachine.stateMachineArn,
      record_failure_function: RecordFailure?.function.functionName ?? "",
      report_log_groups: Report ? [Report.logGroup.logGroupName] : [],
      dead_letter_queues: [this.triggers.deadLetters],
      job_queue_arns: this.compute.queues.map(({ jobQueueArn }) => jobQueueArn),
    });
    const { logs } = this.storage;
    new Removal(this, "Removal", {
      ...settings,
      packed,
      buckets: { Logs: logs, Inbox: inbox, ...(settings.destroy_artifacts && { Artifact: artifact }) },
    });
    this.tell();
    acknowledgeFindings(this, this.storage, settings.data_buckets);
  }

  /** What commands need to know of the deployment: `cdk deploy --outputs-file` writes it down. */
  private tell(): void {
    const { scheduleGroup, scheduleRole, starter } = this.triggers;
    const values: Deployment = {
      ArtifactBucket: this.storage.artifact.bucketName,
      InboxBucket: this.storage.inbox.bucketName,
      Region: this.region,
      ScheduleGroup: scheduleGroup.ref,
      ScheduleRoleArn: scheduleRole.roleArn,
      StarterArn: starter.function.functionArn,
      StateMachineArn: this.workflow.stateMachine.stateMachineArn,
      TaskLogGroup: this.compute.logGroup.logGroupName,
    };
    for (const [name, value] of Object.entries(values)) new CfnOutput(this, name, { value });
  }
}
