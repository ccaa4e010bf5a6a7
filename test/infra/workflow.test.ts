// The deployed state machine is the document, with every mark filled in.
import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { allStates, WORKFLOW } from "../../core/workflow/document.ts";
import { substitutionNames } from "../../core/workflow/substitutions.ts";
import { stateFunctions } from "../../infra/functions/catalogue.ts";
import { stackTemplate } from "../fixtures/stack-template.ts";

const { template, resources } = stackTemplate();
const [machine] = Object.values(resources("AWS::StepFunctions::StateMachine"));
const properties = machine!.Properties;

describe("the state machine", () => {
  it("has a substitution for each mark of the document, and no other", () => {
    const { TimeoutSeconds, ...definition } = JSON.parse(properties.DefinitionString);
    expect(definition).toEqual(WORKFLOW);
    expect(TimeoutSeconds).toBeGreaterThan(0);
    expect(Object.keys(properties.DefinitionSubstitutions).sort()).toEqual(substitutionNames(WORKFLOW));
  });

  it("gets the ARN of a function, a queue or a job definition for each mark", () => {
    const all = resources();
    const types = Object.entries(properties.DefinitionSubstitutions as Record<string, Record<string, unknown>>).map(
      ([name, value]) => {
        const [id] = (value["Fn::GetAtt"] as string[] | undefined) ?? [value.Ref as string];
        return [name, all[id ?? ""]?.Type] as const;
      },
    );
    for (const [name, type] of types) {
      const expected = name.endsWith("FunctionArn") ? "Lambda::Function" : name.replace(/^(Task|Node)|Arn$/g, "");
      expect(type).toBe(
        `AWS::${expected.replace("Queue", "Batch::JobQueue").replace("Definition", "Batch::JobDefinition")}`,
      );
    }
  });

  it("keeps history (standard), traces, and logs everything", () => {
    template.hasResourceProperties("AWS::StepFunctions::StateMachine", {
      StateMachineType: "STANDARD",
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: { Level: "ALL", Destinations: Match.anyValue() },
    });
  });
});

describe("the functions of states", () => {
  const specs = stateFunctions();

  it("run each handler, and those that measure for both architectures", () => {
    const handlers = [...new Set(specs.map(({ handler }) => handler))];
    const states = Object.entries(allStates(WORKFLOW)).filter(
      ([, state]) => state.Type === "Task" && state.Resource.endsWith(":lambda:invoke"),
    );
    const shared = /^(Compress|FineTune|Profile)Failed$/;
    const needed = states.map(([name]) => (shared.test(name) ? "TaskFailed" : name));
    expect(handlers.sort()).toEqual([...new Set(needed)].sort());
    for (const handler of handlers) {
      const measures = ["Certify", "Measure", "Quantize", "TimeLayers"].includes(handler);
      const kinds = specs.filter((spec) => spec.handler === handler).map(({ architecture }) => architecture);
      expect(kinds.sort()).toEqual(measures ? ["arm64", "x64"] : ["arm64"]);
    }
  });

  it("have one vCPU's memory where they measure, two for decoding, and less for decisions", () => {
    const memory = Object.fromEntries(specs.map(({ name, memory_mb }) => [name, memory_mb]));
    expect(memory).toMatchObject({ MeasureArm64: 1769, CertifyX8664: 1769, QuantizeArm64: 1769, PrepareData: 3538 });
    expect(memory).toMatchObject({ Decide: 1024, Propose: 1024, Publish: 1024 });
  });

  it("are deployed as they are specified, on Node 24", () => {
    const deployed = Object.values(resources("AWS::Lambda::Function")).map(({ Properties }) => Properties);
    for (const { handler, architecture, memory_mb, storage_mb } of specs) {
      expect(deployed).toContainEqual(
        expect.objectContaining({
          Description: `The workflow's ${handler}, ${architecture}`,
          Runtime: "nodejs24.x",
          Architectures: [architecture === "x64" ? "x86_64" : "arm64"],
          MemorySize: memory_mb,
          EphemeralStorage: { Size: storage_mb },
          Timeout: 900,
        }),
      );
    }
  });

  it("are told the store, the inbox and the machine of GPU tasks", () => {
    const [plan] = Object.entries(resources("AWS::Lambda::Function")).filter(([id]) => id.startsWith("WorkflowPlan"));
    const { Variables } = plan![1].Properties.Environment;
    expect(Variables).toMatchObject({
      TASK_NODES_MAX: "1",
      TASK_THREADS: "4",
      TASK_ARCHITECTURE: "x64",
      STORAGE_MB: "10240",
    });
    expect(Object.keys(Variables)).toEqual(expect.arrayContaining(["STORE_BUCKET", "INBOX_BUCKET"]));
    expect(JSON.parse(Variables.TASK_PACKAGE_VERSIONS as string)).toMatchObject({ torch: expect.any(String) });
  });

  it("write into a log of their own that expires", () => {
    const logs = resources("AWS::Logs::LogGroup");
    for (const { Properties } of Object.values(resources("AWS::Lambda::Function"))) {
      const { LoggingConfig, Description = "" } = Properties;
      const days = logs[LoggingConfig?.LogGroup.Ref]?.Properties.RetentionInDays;
      if (Description.startsWith("The workflow's")) expect(days).toBe(90);
      else if (LoggingConfig) expect(days).toBeGreaterThan(0);
    }
  });
});
