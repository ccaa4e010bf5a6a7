// What starts a run, and what becomes of an event that can't.
import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { DEPLOYMENT_OUTPUTS } from "../../core/workflow/deployment.ts";
import { stackTemplate } from "../fixtures/stack-template.ts";

const { template, resources } = stackTemplate();
const functionId = (name: string) =>
  Object.keys(resources("AWS::Lambda::Function")).find((id) => id.startsWith(`Triggers${name}`))!;

describe("an object under jobs/ in the inbox", () => {
  it("is told to the starter, for hours and with a dead-letter queue", () => {
    template.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: {
        source: ["aws.s3"],
        "detail-type": ["Object Created"],
        detail: {
          bucket: { name: [{ Ref: Match.stringLikeRegexp("^StorageInbox") }] },
          object: { key: [{ prefix: "jobs/" }] },
        },
      },
      Targets: [
        Match.objectLike({
          Arn: { "Fn::GetAtt": [functionId("StartRun"), "Arn"] },
          DeadLetterConfig: { Arn: { "Fn::GetAtt": [Match.stringLikeRegexp("DeadLetters"), "Arn"] } },
          RetryPolicy: { MaximumEventAgeInSeconds: 21_600, MaximumRetryAttempts: 20 },
        }),
      ],
    });
  });

  it("that the starter fails on ends in the same queue", () => {
    template.hasResourceProperties("AWS::Lambda::EventInvokeConfig", {
      FunctionName: { Ref: functionId("StartRun") },
      DestinationConfig: {
        OnFailure: { Destination: { "Fn::GetAtt": [Match.stringLikeRegexp("DeadLetters"), "Arn"] } },
      },
    });
  });
});

describe("the sweeper", () => {
  it("is called every 15 minutes and ends before it is called again", () => {
    template.hasResourceProperties("AWS::Events::Rule", {
      ScheduleExpression: "rate(15 minutes)",
      Targets: [Match.objectLike({ Arn: { "Fn::GetAtt": [functionId("Sweep"), "Arn"] } })],
    });
    expect(resources("AWS::Lambda::Function")[functionId("Sweep")]?.Properties.Timeout).toBeLessThan(900);
  });
});

describe("the role of schedules", () => {
  it("may call the starter and nothing else, and only for schedules of the group", () => {
    const [role] = Object.entries(resources("AWS::IAM::Role")).filter(([id]) => id.startsWith("TriggersScheduleRole"));
    const [policy] = Object.entries(resources("AWS::IAM::Policy")).filter(([id]) =>
      id.startsWith("TriggersScheduleRole"),
    );
    expect(policy?.[1].Properties.PolicyDocument).toMatchObject({
      Statement: [
        {
          Action: "lambda:InvokeFunction",
          Effect: "Allow",
          Resource: { "Fn::GetAtt": [functionId("StartRun"), "Arn"] },
        },
      ],
    });
    expect(JSON.stringify(role?.[1].Properties.AssumeRolePolicyDocument)).toContain("TriggersSchedules");
  });
});

describe("the stack's outputs", () => {
  it("are those that commands read", () => {
    expect(Object.keys(template.toJSON().Outputs).sort()).toEqual([...DEPLOYMENT_OUTPUTS]);
  });
});
