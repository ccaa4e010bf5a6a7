// Starts the build while the stack is deployed, and holds the stack until CodeBuild answers. Source that didn't change is
// not built again.

import type { Project } from "aws-cdk-lib/aws-codebuild";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { CfnWaitCondition, CfnWaitConditionHandle, type Duration } from "aws-cdk-lib/core";
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from "aws-cdk-lib/custom-resources";
import type { Construct } from "constructs";
import { deploymentLog } from "../deployment-log.ts";

export function buildOnDeploy(scope: Construct, project: Project, tag: string, timeout: Duration): void {
  // A condition is fulfilled once and for all, so each tag has its own.
  const handle = new CfnWaitConditionHandle(scope, `Handle-${tag}`);
  const start = new AwsCustomResource(scope, "Start", {
    onUpdate: {
      service: "CodeBuild",
      action: "startBuild",
      parameters: {
        projectName: project.projectName,
        environmentVariablesOverride: [{ name: "WAIT_URL", value: handle.ref }],
      },
      physicalResourceId: PhysicalResourceId.of(tag),
      outputPaths: ["build.id"],
    },
    installLatestAwsSdk: false,
    logGroup: deploymentLog(scope),
    policy: AwsCustomResourcePolicy.fromStatements([
      new PolicyStatement({ actions: ["codebuild:StartBuild"], resources: [project.projectArn] }),
    ]),
  });
  const built = new CfnWaitCondition(scope, `Built-${tag}`, {
    handle: handle.ref,
    count: 1,
    timeout: String(timeout.toSeconds()),
  });
  built.node.addDependency(start);
  start.node.addDependency(project);
}
