// Findings of cdk-nag that stay, each with its reason, wildcard resources above all: this file is the whole list of them.
// A finding that is not here fails the synthesis.

import type { CfnBucket, IBucket } from "aws-cdk-lib/aws-s3";
import { type CfnElement, Stack, Validations } from "aws-cdk-lib/core";
import type { IConstruct } from "constructs";
import { TASK_LEFTOVERS, TASK_STEPS } from "./compute/roles.ts";
import { stateFunctions } from "./functions/catalogue.ts";
import { JOB_FILES } from "./functions/permissions.ts";
import { type StoreAccess, storeAccess } from "./functions/store-access.ts";

interface Acknowledgement {
  /** Construct path below the stack. */
  readonly under: string;
  /** As cdk-nag writes it, without the pack's name. */
  readonly finding: string;
  readonly reason: string;
}

interface Buckets {
  readonly inbox: IBucket;
  readonly artifact: IBucket;
  readonly logs: IBucket;
}

const ANY = "IAM5[Resource::*]";
const TOKEN = "ecr:GetAuthorizationToken knows no resource: it answers a registry login of the account.";

/** Why permission to a part of the store ends in a star, by the part's first folder. */
const STORE_REASONS: Readonly<Record<string, string>> = {
  aliases: "Aliases are named after jobs, which come later.",
  cache: "Content hashes of data are kept under a hash of where it lies.",
  runs: "Runs are named when they start.",
  steps: "Outputs of steps are named by hashes.",
  triggers: "Records of triggers are named after the runs that they start.",
};

/** The functions' access to the buckets, as infra/functions/permissions.ts grants it. */
function bucketFindings({ inbox, artifact, logs }: Buckets, data_buckets: readonly string[]): Acknowledgement[] {
  const ofStore = (under: string, { reads, writes, deletes }: StoreAccess) =>
    [...new Set([...reads, ...writes, ...deletes])].map((pattern) => ({
      under,
      finding: objectsFinding(artifact, pattern),
      reason: STORE_REASONS[pattern.split("/")[0] ?? ""] ?? "",
    }));
  const ofStates = stateFunctions().flatMap(({ name, handler }) => {
    const under = `Workflow/${name}/Role`;
    const access = storeAccess(handler);
    const reason = "A job may name data anywhere in the inbox and in the buckets set apart for data; reading only.";
    const data = [
      objectsFinding(inbox, "*"),
      ...data_buckets.map((bucket) => `IAM5[Resource::arn:<AWS::Partition>:s3:::${bucket}/*]`),
    ];
    return [
      ...ofStore(under, access),
      ...(access.readsInbox ? data : []).map((finding) => ({ under, finding, reason })),
    ];
  });
  const ofTriggers = ["StartRun", "Sweep"].flatMap((handler) => {
    const under = `Triggers/${handler}/Role`;
    const reason = "Users name their job files; reading only.";
    const jobs = JOB_FILES.map((pattern) => ({ under, finding: objectsFinding(inbox, pattern), reason }));
    return [...ofStore(under, storeAccess(handler)), ...jobs];
  });
  const emptied = [inbox, artifact, logs].map((bucket) => ({
    under: "Removal/EmptyBucket/Role",
    finding: objectsFinding(bucket, "*"),
    reason: "Buckets that are deleted with the stack are emptied first, whatever is in them.",
  }));
  return [...ofStates, ...ofTriggers, ...emptied];
}

/** Constructs that a setting leaves out are passed over. */
export function acknowledgeFindings(stack: Stack, buckets: Buckets, data_buckets: readonly string[] = []): void {
  const { inbox, artifact } = buckets;
  const ecs = "arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>";
  const entries: Acknowledgement[] = [
    ...bucketFindings(buckets, data_buckets),
    {
      under: "Workflow/Role",
      finding: "IAM5[Resource::arn:<AWS::Partition>:batch:<AWS::Region>:<AWS::AccountId>:job/*]",
      reason: "Batch names jobs when they are submitted; the workflow ends those of a run that is stopped.",
    },
    {
      under: "Workflow/Role",
      finding: ANY,
      reason:
        "batch:DescribeJobs, the delivery of logs (logs:*LogDelivery and its policies) and xray know no resource.",
    },
    ...[":*", "/*:*"].map((names) => ({
      under: "Workflow/DistributedMap",
      finding: `IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<${machineOf(stack)}.Name>${names}]`,
      reason: "Step Functions names the executions of a Distributed Map's items; those of this machine only.",
    })),
    {
      under: "Triggers/DeadLetters",
      finding: "SQS3",
      reason: "It is the dead-letter queue, of EventBridge and of the starter's own asynchronous calls.",
    },
    { under: "Compute/ExecutionRole", finding: ANY, reason: TOKEN },
    { under: "Image/BuildRole", finding: ANY, reason: TOKEN },
    {
      under: "Compute/InstanceRole",
      finding: ANY,
      reason: `${TOKEN} ecs:DiscoverPollEndpoint and ec2:DescribeTags know none either.`,
    },
    ...["cluster", "container-instance"].map((kind) => ({
      under: "Compute/InstanceRole",
      finding: `IAM5[Resource::${ecs}:${kind}/AWSBatch*]`,
      reason: "Batch names the clusters of its compute environments itself, when it makes them.",
    })),
    {
      under: "Compute/TaskRole",
      finding: objectsFinding(artifact, "steps/*"),
      reason: "A task reads the outputs of finished steps, whose names are hashes.",
    },
    ...TASK_STEPS.map((step) => ({
      under: "Compute/TaskRole",
      finding: objectsFinding(artifact, `steps/${step}/*`),
      reason: "A task writes its own step's output, whose name is a hash.",
    })),
    ...TASK_STEPS.flatMap((step) =>
      TASK_LEFTOVERS.map((leftover) => ({
        under: "Compute/TaskRole",
        finding: objectsFinding(artifact, `steps/${step}/${leftover}`),
        reason: "A finished task removes its checkpoints and failure records, which lie under a hash.",
      })),
    ),
    {
      under: "Compute/TaskRole",
      finding: objectsFinding(inbox, "*"),
      reason: "A job may name weights anywhere in the inbox; reading only.",
    },
    ...data_buckets.map((bucket) => ({
      under: "Compute/TaskRole",
      finding: `IAM5[Resource::arn:<AWS::Partition>:s3:::${bucket}/*]`,
      reason: "A job may name weights in the buckets set apart for data; reading only.",
    })),
    {
      under: "Network/S3PrefixList",
      finding: ANY,
      reason: "ec2:DescribeManagedPrefixLists knows no resource; reading only.",
    },
    {
      under: "Image/Build",
      finding: "CB4",
      reason:
        "The build has no artifact to encrypt; source and image are encrypted where they lie. A key costs monthly.",
    },
    {
      under: "AWS679f53fac002430cb0da5b7982bd2287", // the construct library's function behind AwsCustomResource
      finding: "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]",
      reason: "Runs at deployment only; the managed policy lets it write its log, and no more.",
    },
  ];
  for (const { under, finding, reason } of entries) {
    const construct = find(stack, under);
    if (construct) Validations.of(construct).acknowledge({ id: `AwsSolutions::AwsSolutions-${finding}`, reason });
  }
}

function find(stack: Stack, path: string): IConstruct | undefined {
  return path.split("/").reduce<IConstruct | undefined>((at, id) => at?.node.tryFindChild(id), stack);
}

function machineOf(stack: Stack): string {
  const machine = find(stack, "Workflow/Machine")?.node.defaultChild;
  return machine === undefined ? "" : stack.getLogicalId(machine as CfnElement);
}

function objectsFinding(bucket: IBucket, pattern: string): string {
  const name = Stack.of(bucket).getLogicalId(bucket.node.defaultChild as CfnBucket);
  return `IAM5[Resource::<${name}.Arn>/${pattern}]`;
}
