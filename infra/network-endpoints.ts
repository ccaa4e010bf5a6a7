// Ways out of the network that are not the internet: the S3 gateway, limited to this deployment's buckets, and in the
// isolated network an interface endpoint for each service that starting and logging a container needs.

import {
  type GatewayVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  type ISecurityGroup,
  Port,
  SecurityGroup,
  type Vpc,
} from "aws-cdk-lib/aws-ec2";
import { AnyPrincipal, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { Stack } from "aws-cdk-lib/core";
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from "aws-cdk-lib/custom-resources";
import type { Construct } from "constructs";
import { deploymentLog } from "./deployment-log.ts";

/** Six endpoints: what an ECS container instance and a Fargate task talk to before and while a container runs. */
export const INTERFACE_ENDPOINTS = {
  EcrApi: InterfaceVpcEndpointAwsService.ECR,
  EcrDocker: InterfaceVpcEndpointAwsService.ECR_DOCKER,
  Ecs: InterfaceVpcEndpointAwsService.ECS,
  EcsAgent: InterfaceVpcEndpointAwsService.ECS_AGENT,
  EcsTelemetry: InterfaceVpcEndpointAwsService.ECS_TELEMETRY,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
} as const;

/** Whoever runs code in a task can't carry anything into a bucket of their own, not even with their own credentials. */
export function limitS3Endpoint(
  endpoint: GatewayVpcEndpoint,
  { buckets, data_buckets }: { readonly buckets: readonly IBucket[]; readonly data_buckets: readonly string[] },
): void {
  const { partition, region } = Stack.of(endpoint);
  endpoint.addToPolicy(
    new PolicyStatement({
      sid: "OwnBuckets",
      principals: [new AnyPrincipal()],
      actions: ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"],
      resources: buckets.flatMap((bucket) => [bucket.bucketArn, bucket.arnForObjects("*")]),
    }),
  );
  if (data_buckets.length > 0) {
    endpoint.addToPolicy(
      new PolicyStatement({
        sid: "DataBuckets",
        principals: [new AnyPrincipal()],
        actions: ["s3:GetObject"],
        resources: data_buckets.map((name) => `arn:${partition}:s3:::${name}/*`),
      }),
    );
  }
  endpoint.addToPolicy(
    new PolicyStatement({
      sid: "RegistryLayers", // https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
      principals: [new AnyPrincipal()],
      actions: ["s3:GetObject"],
      resources: [`arn:${partition}:s3:::prod-${region}-starport-layer-bucket/*`],
    }),
  );
}

/** The group that the endpoints stand in: they answer `callers` only. */
export function addInterfaceEndpoints(vpc: Vpc, callers: readonly ISecurityGroup[]): SecurityGroup {
  const group = new SecurityGroup(vpc, "EndpointGroup", {
    vpc,
    description: "Endpoints: HTTPS in from tasks, nothing out",
    allowAllOutbound: false,
  });
  for (const caller of callers) group.addIngressRule(caller, Port.tcp(443), "tasks");
  for (const [id, service] of Object.entries(INTERFACE_ENDPOINTS)) {
    vpc.addInterfaceEndpoint(id, { service, securityGroups: [group], open: false, privateDnsEnabled: true });
  }
  return group;
}

/** The region's list of S3 addresses is known by name, but a rule needs its id, which only the account's API tells. */
export function findS3PrefixList(scope: Construct): string {
  const { region } = Stack.of(scope);
  const call = {
    service: "EC2",
    action: "describeManagedPrefixLists",
    parameters: { Filters: [{ Name: "prefix-list-name", Values: [`com.amazonaws.${region}.s3`] }] },
    physicalResourceId: PhysicalResourceId.of("s3-prefix-list"),
    outputPaths: ["PrefixLists.0.PrefixListId"],
  };
  const found = new AwsCustomResource(scope, "S3PrefixList", {
    onUpdate: call,
    installLatestAwsSdk: false,
    logGroup: deploymentLog(scope),
    policy: AwsCustomResourcePolicy.fromStatements([
      // This call knows no resources: infra/acknowledgements.ts says so.
      new PolicyStatement({ actions: ["ec2:DescribeManagedPrefixLists"], resources: ["*"] }),
    ]),
  });
  return found.getResponseField("PrefixLists.0.PrefixListId");
}
