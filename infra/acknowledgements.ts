// Findings of cdk-nag that stay, each with its reason, wildcard resources above all: this file is the whole list of them
// for network, image, compute and operations. A finding that is not here fails the synthesis.
import { Stack, Validations } from "aws-cdk-lib";
import type { CfnBucket, IBucket } from "aws-cdk-lib/aws-s3";
import type { IConstruct } from "constructs";
import { TASK_STEPS } from "./compute/roles.ts";

interface Acknowledgement {
  /** Construct path below the stack. */
  readonly under: string;
  /** As cdk-nag writes it, without the pack's name. */
  readonly finding: string;
  readonly reason: string;
}

const ANY = "IAM5[Resource::*]";
const TOKEN = "ecr:GetAuthorizationToken knows no resource: it answers a registry login of the account.";

/** Constructs that a setting leaves out are passed over. */
export function acknowledgeFindings(stack: Stack, { inbox, artifact }: { inbox: IBucket; artifact: IBucket }): void {
  const ecs = "arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>";
  const entries: Acknowledgement[] = [
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
    {
      under: "Compute/TaskRole",
      finding: objectsFinding(inbox, "*"),
      reason: "A job may name weights anywhere in the inbox; reading only.",
    },
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

function objectsFinding(bucket: IBucket, pattern: string): string {
  const name = Stack.of(bucket).getLogicalId(bucket.node.defaultChild as CfnBucket);
  return `IAM5[Resource::<${name}.Arn>/${pattern}]`;
}
