// Queues stand empty at no cost; a task may do little, and only what is worth another attempt gets one.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Match, Template } from "aws-cdk-lib/assertions";
import { ContainerImage } from "aws-cdk-lib/aws-ecs";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { App, Stack } from "aws-cdk-lib/core";
import { describe, expect, it } from "vitest";
import { TIMEOUT_TRAIN_SECONDS } from "../../core/workflow/timeouts.ts";
import { GPU_INSTANCE_TYPES } from "../../infra/compute/environments.ts";
import type { ComputeProps } from "../../infra/compute/props.ts";
import { SPOT_NOTICE_SCRIPT } from "../../infra/compute/spot-notice.ts";
import { Compute } from "../../infra/compute.ts";
import { Network, type NetworkProps } from "../../infra/network.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

function templateOf(kind: ComputeProps["kind"], network: NetworkProps["kind"] = "public"): Template {
  const stack = new Stack(new App(), "Test");
  const [inbox, artifact] = [new Bucket(stack, "Inbox"), new Bucket(stack, "Artifact")] as const;
  new Compute(stack, "Compute", {
    kind,
    network: new Network(stack, "Network", {
      kind: network,
      zones: 2,
      log_days: 90,
      buckets: [inbox, artifact],
      data_buckets: [],
    }),
    image: ContainerImage.fromRegistry("registry.example/tasks:1"),
    pull: [],
    inbox,
    artifact,
    data_buckets: [],
    log_days: 90,
    vcpus_max: 32,
  });
  return Template.fromStack(stack);
}

const gpu = templateOf("gpu");
const fargate = templateOf("fargate");

const environmentsInOrder = (template: Template, queue: string): { Type: string; MinvCpus?: number }[] => {
  const environments = template.findResources("AWS::Batch::ComputeEnvironment");
  const [found] = Object.entries(template.findResources("AWS::Batch::JobQueue")).filter(([id]) => id.includes(queue));
  const order = found?.[1].Properties.ComputeEnvironmentOrder as { Order: number; ComputeEnvironment: never }[];
  return order
    .toSorted((a, b) => a.Order - b.Order)
    .map(({ ComputeEnvironment }) => environments[ComputeEnvironment["Fn::GetAtt"][0]]?.Properties.ComputeResources);
};

describe("the GPU queue", () => {
  it("takes spot machines first, by price and capacity, and machines on demand behind them", () => {
    expect(environmentsInOrder(gpu, "ComputeQueue")).toEqual([
      expect.objectContaining({ Type: "SPOT", AllocationStrategy: "SPOT_PRICE_CAPACITY_OPTIMIZED" }),
      expect.objectContaining({ Type: "EC2" }),
    ]);
  });

  it("starts at no machine and offers three families of GPUs", () => {
    for (const resources of environmentsInOrder(gpu, "ComputeQueue")) {
      expect(resources).toMatchObject({ MinvCpus: 0, MaxvCpus: 32, InstanceTypes: GPU_INSTANCE_TYPES });
    }
    expect(new Set(GPU_INSTANCE_TYPES.map((name) => name.split(".")[0]))).toEqual(new Set(["g5", "g6", "g4dn"]));
  });

  it("cancels a job that can never be placed, and waits a day for machines", () => {
    gpu.hasResourceProperties("AWS::Batch::JobQueue", {
      JobStateTimeLimitActions: Match.arrayWith([
        Match.objectLike({ Reason: "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", MaxTimeSeconds: 600 }),
        Match.objectLike({ Reason: "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY", MaxTimeSeconds: 86_400 }),
      ]),
    });
  });

  it("starts machines by the template's newest version, so that a later deployment changes them", () => {
    for (const { Properties } of Object.values(gpu.findResources("AWS::Batch::ComputeEnvironment"))) {
      expect(Properties.ComputeResources.LaunchTemplate.Version).toEqual({
        "Fn::GetAtt": [expect.stringContaining("GpuTemplate"), "LatestVersionNumber"],
      });
    }
  });

  it("runs machines with encrypted disks and token-only metadata", () => {
    gpu.hasResourceProperties("AWS::EC2::LaunchTemplate", {
      LaunchTemplateData: {
        MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 1 },
        BlockDeviceMappings: [Match.objectLike({ Ebs: Match.objectLike({ Encrypted: true }) })],
      },
    });
  });
});

describe("a spot machine", () => {
  it("is told by several parts, as Batch wants it, to drain and to hand its notice on", () => {
    const [template] = Object.values(gpu.findResources("AWS::EC2::LaunchTemplate"));
    const text = JSON.stringify(template?.Properties.LaunchTemplateData.UserData);
    expect(text).toContain("multipart/mixed");
    expect(text).toContain("ECS_ENABLE_SPOT_INSTANCE_DRAINING=true");
    expect(text).toContain("ECS_CONTAINER_STOP_TIMEOUT=110s");
    expect(text).toContain("hand-on-spot-notice");
  });

  it("hands the notice on to every task, once, and not before it comes", () => {
    const folder = temporaryFolder();
    const stand = (name: string, script: string) =>
      writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const asked = join(folder, "asked");
    const told = join(folder, "told");
    stand(
      "curl",
      `case "$*" in *instance-action) echo x >> ${asked}; [ "$(wc -l < ${asked})" -ge 3 ] && printf 200 || printf 404;; *) printf token;; esac`,
    );
    stand("docker", `case "$1" in ps) printf 'one\\ntwo\\n';; *) echo "$*" >> ${told};; esac`);
    const env = { PATH: `${folder}:${process.env.PATH}`, NOTICE_INTERVAL_S: "0.01" };
    expect(spawnSync("bash", ["-c", SPOT_NOTICE_SCRIPT], { env }).status).toBe(0);
    expect(readFileSync(told, "utf8")).toBe("kill --signal TERM one two\n");
    expect(readFileSync(asked, "utf8")).toBe("x\nx\nx\n");
  });
});

describe("the Fargate queue", () => {
  it("needs no machine of the account: spot first, on demand behind", () => {
    expect(environmentsInOrder(fargate, "ComputeQueue").map(({ Type }) => Type)).toEqual(["FARGATE_SPOT", "FARGATE"]);
    fargate.resourceCountIs("AWS::EC2::LaunchTemplate", 0);
  });

  it("has no multi-node jobs, which Fargate does not offer", () => {
    fargate.resourceCountIs("AWS::Batch::JobDefinition", 1);
    gpu.resourceCountIs("AWS::Batch::JobDefinition", 2);
  });

  it("gives a task an address of its own in the public network only", () => {
    const assigned = (template: Template) =>
      Object.values(template.findResources("AWS::Batch::JobDefinition"))[0]?.Properties.ContainerProperties
        .NetworkConfiguration?.AssignPublicIp;
    expect(assigned(fargate)).toBe("ENABLED");
    expect(assigned(templateOf("fargate", "isolated"))).not.toBe("ENABLED");
  });
});

describe.each([
  ["GPU", gpu],
  ["Fargate", fargate],
])("every job definition on %s", (_, template) => {
  const definitions = Object.values(template.findResources("AWS::Batch::JobDefinition"));

  it("tries again after a lost machine or a failed pull, and after nothing else", () => {
    const worth = {
      OnStatusReason: ["Host EC2*", "Your Spot Task was interrupted*"],
      OnReason: ["CannotPullContainerError:*", "DockerTimeoutError*"],
      OnExitCode: ["143", "75"], // interrupted, lost company: decant_tasks/protocol/exit_codes.py
    };
    for (const { Properties } of definitions) {
      const rules = Properties.RetryStrategy.EvaluateOnExit as { Action: string; [on: string]: string }[];
      expect(rules.length).toBeLessThanOrEqual(5); // Batch's limit
      const retried = rules.slice(0, -1).flatMap(({ Action, ...on }) => {
        expect(Action).toBe("RETRY");
        return Object.entries(on);
      });
      for (const [kind, pattern] of retried) expect(worth[kind as keyof typeof worth]).toContain(pattern);
      expect(retried).toContainEqual(["OnExitCode", "143"]);
      expect(retried).toContainEqual(["OnReason", "CannotPullContainerError:*"]);
      expect(rules.at(-1)).toEqual({ Action: "EXIT", OnReason: "*" });
    }
  });

  it("ends an attempt in time and runs without root", () => {
    for (const { Properties } of definitions) {
      expect(Properties.Timeout.AttemptDurationSeconds).toBe(TIMEOUT_TRAIN_SECONDS);
      const container = Properties.ContainerProperties ?? Properties.NodeProperties.NodeRangeProperties[0].Container;
      expect(container.User).toMatch(/^[1-9]\d*:[1-9]\d*$/);
      expect(container.Privileged ?? false).toBe(false);
      expect(container.LogConfiguration.LogDriver).toBe("awslogs");
    }
  });
});

describe("the multi-node job", () => {
  it("runs on demand, in a group whose nodes reach each other, and starts the image's own command on each, whose exit code Batch sees", () => {
    expect(environmentsInOrder(gpu, "NodeQueue").map(({ Type }) => Type)).toEqual(["EC2"]);
    gpu.hasResourceProperties("AWS::Batch::JobDefinition", {
      Type: "multinode",
      NodeProperties: {
        NodeRangeProperties: [
          {
            TargetNodes: "0:",
            Container: { Command: Match.absent() },
          },
        ],
      },
    });
  });
});

describe("the GPU container", () => {
  it("can't write its root file system, only a scratch volume", () => {
    gpu.hasResourceProperties("AWS::Batch::JobDefinition", {
      Type: "container",
      ContainerProperties: { ReadonlyRootFilesystem: true, MountPoints: [{ ContainerPath: "/scratch" }] },
    });
  });

  it("opens pickled weights only in the isolated network", () => {
    const setting = (template: Template) =>
      Object.values(template.findResources("AWS::Batch::JobDefinition", { Properties: { Type: "container" } }))
        .flatMap(({ Properties }) => Properties.ContainerProperties.Environment as { Name: string; Value: string }[])
        .filter(({ Name }) => Name === "DECANT_PICKLED_WEIGHTS")
        .map(({ Value }) => Value);
    expect(setting(gpu)).toEqual(["refused"]);
    expect(setting(templateOf("gpu", "isolated"))).toEqual(["allowed"]);
  });
});

describe("a task's role", () => {
  const statements = Object.entries(gpu.findResources("AWS::IAM::Policy"))
    .filter(([id]) => id.includes("TaskRole"))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as Record<string, unknown>[]);

  it("writes under the steps of Python tasks only", () => {
    const [writing] = statements.filter(({ Action }) => JSON.stringify(Action).includes("PutObject"));
    const resources = JSON.stringify(writing?.Resource);
    for (const step of ["profile", "fine-tune", "compress"]) expect(resources).toContain(`/steps/${step}/*`);
    expect(writing?.Resource).toHaveLength(3);
  });

  it("deletes only checkpoints and records of failures", () => {
    const deleting = statements.filter(({ Action }) => JSON.stringify(Action).includes("Delete"));
    expect(deleting.map(({ Action }) => Action)).toEqual(["s3:DeleteObject"]);
    const resources = deleting.flatMap(({ Resource }) => Resource as unknown[]).map((each) => JSON.stringify(each));
    expect(resources).toHaveLength(6);
    for (const resource of resources)
      expect(resource).toMatch(/\/steps\/(profile|fine-tune|compress)\/\*\/(checkpoint\/\*|failed-\*\.json)/);
  });

  it("allows nothing in S3 that the network's endpoint would refuse", () => {
    const gateways = gpu.findResources("AWS::EC2::VPCEndpoint", { Properties: { VpcEndpointType: "Gateway" } });
    const [own] = Object.values(gateways).flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement as Record<string, unknown>[],
    );
    const actions = statements.flatMap(({ Action }) => Action as string | string[]);
    expect(own?.Sid).toBe("OwnBuckets");
    expect(own?.Action).toEqual(expect.arrayContaining(actions));
  });

  it("has no wildcard action", () => {
    const actions = statements.flatMap(({ Action }) => Action as string | string[]);
    expect(actions.filter((action) => action.includes("*"))).toEqual([]);
  });
});
