// Least privilege, read off the template: no wildcard action, wildcard resources only for APIs that know no resource, and
// one prefix where one prefix is used.

import { Queue } from "aws-cdk-lib/aws-sqs";
import { App, Stack } from "aws-cdk-lib/core";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, it } from "vitest";
import { stackTemplate } from "../fixtures/stack-template.ts";

const { resources } = stackTemplate({ dataBuckets: "images,labels", destroyArtifacts: "true" });

interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Sid?: string;
}

/** Every statement of every policy in the template, with where it stands. */
const statements = Object.entries(resources()).flatMap(([id, { Properties }]) => {
  const inline = (Properties?.Policies ?? []).map((policy: { PolicyDocument: unknown }) => policy.PolicyDocument);
  const documents = [Properties?.PolicyDocument, Properties?.RepositoryPolicyText, ...inline];
  return documents
    .filter((document) => typeof document === "object" && document !== null && Array.isArray(document.Statement))
    .flatMap(({ Statement }) => (Statement as Statement[]).map((statement) => ({ id, ...statement })));
});
const allowed = statements.filter(({ Effect }) => Effect === "Allow");
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);
const actionsOf = ({ Action }: Pick<Statement, "Action">) => listOf(Action) as string[];

/** What knows no resource, by the service's own authorization reference. */
const WITHOUT_RESOURCE = [
  "batch:DescribeJobs",
  "ec2:DescribeManagedPrefixLists",
  "ec2:DescribeTags",
  "ecr:GetAuthorizationToken",
  "ecs:DiscoverPollEndpoint",
  "logs:CreateLogDelivery",
  "logs:DeleteLogDelivery",
  "logs:DescribeLogGroups",
  "logs:DescribeResourcePolicies",
  "logs:GetLogDelivery",
  "logs:ListLogDeliveries",
  "logs:PutResourcePolicy",
  "logs:UpdateLogDelivery",
  "xray:GetSamplingRules",
  "xray:GetSamplingTargets",
  "xray:PutTelemetryRecords",
  "xray:PutTraceSegments",
];

/** Resources as text; a reference to a bucket by its name. */
function resourcesOf(statement: Statement): string[] {
  return listOf(statement.Resource).map((resource) =>
    typeof resource === "string"
      ? resource
      : JSON.stringify(resource).replaceAll(/[[\]{}"]|Fn::Join:|Fn::GetAtt:|Ref:|^,+/g, ""),
  );
}

/** An endpoint's policy is a second fence around what roles may do, so it grants nobody anything. */
const writing = (pattern: RegExp) =>
  allowed
    .filter(({ id }) => resources()[id]?.Type !== "AWS::EC2::VPCEndpoint")
    .filter((statement) => actionsOf(statement).includes("s3:PutObject"))
    .filter((statement) => resourcesOf(statement).some((resource) => pattern.test(resource)))
    .map(({ id }) => id.replace(/RoleDefaultPolicy.*|Role[0-9A-F]{8}$/, ""))
    .sort();

describe("permissions", () => {
  it("are looked at", () => {
    expect(allowed.length).toBeGreaterThan(60);
  });

  it("name each action", () => {
    const wild = allowed.filter((statement) => actionsOf(statement).some((action) => action.includes("*")));
    expect(wild.map(({ id, Action }) => [id, Action])).toEqual([]);
  });

  it("are for every resource only where the action knows none", () => {
    // The policy of a key or a topic stands on that resource itself.
    const open = allowed.filter((statement) => resourcesOf(statement).includes("*"));
    const actions = open.flatMap(actionsOf).filter((action) => !WITHOUT_RESOURCE.includes(action));
    expect([...new Set(actions)]).toEqual([]);
  });

  it("to write go to one step each, and beside steps only to what ends or starts a run", () => {
    for (const step of ["plan", "prepare-data", "propose", "decide", "certify", "report"]) {
      expect(new Set(writing(new RegExp(`/steps/${step}/\\*`))).size).toBeGreaterThan(0);
      for (const writer of writing(new RegExp(`/steps/${step}/\\*`))) {
        expect(writer.toLowerCase()).toContain(step.replace("-", ""));
      }
    }
    expect(writing(/\/aliases\/\*$/)).toEqual(["WorkflowPublish"]);
    expect(writing(/\/runs\//)).toEqual([
      "TriggersStartRun",
      "TriggersSweep",
      "WorkflowPublish",
      "WorkflowRecordFailure",
      "WorkflowReport",
    ]);
    expect(writing(/StorageInbox/)).toEqual([]);
  });

  it("to read data are the planner's and the decoders'", () => {
    const readers = allowed
      .filter(({ Sid }) => Sid === "ReadData")
      .map(({ id }) => id.replace(/RoleDefaultPolicy.*/, ""));
    expect(readers.sort()).toEqual(["WorkflowPlan", "WorkflowPrepareData", "WorkflowPrepareShard"]);
    expect(
      allowed
        .filter(({ Sid }) => Sid === "ReadData")
        .flatMap(resourcesOf)
        .join(),
    ).toContain("images/*");
  });

  it("to start executions are the starter's, the sweeper's and the Distributed Map's, of one state machine", () => {
    const starters = allowed.filter((statement) => actionsOf(statement).includes("states:StartExecution"));
    expect(starters.map(({ id }) => id.replace(/RoleDefaultPolicy.*/, "")).sort()).toEqual([
      "TriggersStartRun",
      "TriggersSweep",
      expect.stringMatching(/^WorkflowDistributedMap/),
    ]);
    for (const statement of starters)
      expect(resourcesOf(statement)).toEqual([expect.stringMatching(/WorkflowMachine/)]);
  });
});

interface Finding {
  readonly id: string;
  readonly path: string;
}

describe("cdk-nag's AwsSolutions", () => {
  const deployments = [
    { dataBuckets: "images,labels", destroyArtifacts: "true" },
    { compute: "fargate", network: "isolated" },
    { image: "registry.example/tasks:1", alarmEmail: "a@example.org" },
  ].map((context) => {
    const { app } = stackTemplate(context);
    return { findings: findingsOf(app), reasons: acknowledgedIn(app) };
  });
  const covers = (reason: Finding, finding: Finding) =>
    finding.id === reason.id && `${finding.path}/`.startsWith(`${reason.path}/`);

  it("finds nothing that has no reason to stay, whatever is deployed", () => {
    for (const { findings, reasons } of deployments) {
      expect(findings.length).toBeGreaterThan(20);
      expect(findings.filter((finding) => !reasons.some((reason) => covers(reason, finding)))).toEqual([]);
    }
  });

  it("needs every reason in some deployment", () => {
    const idle = deployments
      .flatMap(({ reasons }) => reasons)
      .filter((reason) => !deployments.some(({ findings }) => findings.some((finding) => covers(reason, finding))));
    expect(idle).toEqual([]);
    for (const { reason } of deployments.flatMap(({ reasons }) => reasons)) expect(reason.length).toBeGreaterThan(30);
  });

  it("would find a queue without encryption in transit", () => {
    const open = new App();
    new Queue(new Stack(open, "Open"), "Queue");
    expect(findingsOf(open).map(({ id }) => id)).toContain("AwsSolutions::AwsSolutions-SQS4");
  });
});

function findingsOf(app: App): readonly Finding[] {
  return new AwsSolutionsChecks(app)
    .validateScope(app)
    .violations.flatMap(({ ruleName, violatingResources = [] }) =>
      violatingResources.map(({ constructPath = "" }) => ({ id: `AwsSolutions::${ruleName}`, path: constructPath })),
    );
}

/** What the constructs of the app say of this pack's findings. */
function acknowledgedIn(app: App): readonly (Finding & { readonly reason: string })[] {
  return app.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === "aws:cdk:acknowledged-rules")
      .flatMap(({ data }) => Object.entries(data as Record<string, string>))
      .filter(([id]) => id.startsWith("AwsSolutions::"))
      .map(([id, reason]) => ({ path: node.path, id, reason })),
  );
}
