// The image is built in the account from gpu-tasks alone, or taken as given; either way deploying needs no Docker.

import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Match, Template } from "aws-cdk-lib/assertions";
import { App, Stack } from "aws-cdk-lib/core";
import { describe, expect, it } from "vitest";
import { BUILD_SCRIPT } from "../../infra/image/build-script.ts";
import { TaskImage } from "../../infra/image.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

function synthesize(uri?: string, outdir?: string): Template {
  const stack = new Stack(new App({ ...(outdir && { outdir }) }), "Test");
  new TaskImage(stack, "Image", { uri, variant: "gpu", log_days: 90 });
  return Template.fromStack(stack);
}

describe("an image that the account builds", () => {
  const template = synthesize();

  it("lies in a registry that scans it, keeps three and goes with the stack", () => {
    template.hasResource("AWS::ECR::Repository", {
      DeletionPolicy: "Delete",
      Properties: {
        ImageScanningConfiguration: { ScanOnPush: true },
        ImageTagMutability: "IMMUTABLE",
        EmptyOnDelete: true,
        LifecyclePolicy: { LifecyclePolicyText: Match.stringLikeRegexp('"countNumber":3') },
      },
    });
  });

  it("is waited for by the deployment, for as long as a build may take", () => {
    template.hasResourceProperties("AWS::CloudFormation::WaitCondition", { Count: 1, Timeout: "3600" });
    template.hasResourceProperties("AWS::CodeBuild::Project", { TimeoutInMinutes: 60 });
  });

  it("writes what its deployment said into a log that goes with the stack", () => {
    const functions = Object.values(template.findResources("AWS::Lambda::Function"));
    expect(functions.length).toBeGreaterThan(0);
    for (const { Properties } of functions) expect(Properties.LoggingConfig.LogGroup).toBeDefined();
    for (const group of Object.values(template.findResources("AWS::Logs::LogGroup"))) {
      expect(group).toMatchObject({ DeletionPolicy: "Delete", Properties: { RetentionInDays: expect.any(Number) } });
    }
  });

  it("has the same tag while its source is the same, so that nothing is built twice", () => {
    const tags = (t: Template) =>
      Object.values(t.findResources("AWS::CodeBuild::Project"))[0]?.Properties.Environment.EnvironmentVariables;
    expect(tags(synthesize())).toEqual(tags(template));
  });
});

it("takes gpu-tasks and schemas into the account, without tests and hidden files", () => {
  const folder = temporaryFolder();
  synthesize(undefined, folder);
  const staged = readdirSync(folder)
    .filter((name) => /^asset\.[0-9a-f]+$/.test(name))
    .map((name) => join(folder, name))
    .find((path) => readdirSync(path).includes("gpu-tasks"));
  expect(readdirSync(staged ?? folder).sort()).toEqual(["gpu-tasks", "schemas"]);
  const files = readdirSync(staged ?? folder, { recursive: true, encoding: "utf8" });
  expect(files).toContain(join("gpu-tasks", "requirements.txt"));
  expect(files.filter((name) => /tests|__pycache__|(^|\/)\./.test(name))).toEqual([]);
});

describe("an image that is given", () => {
  it("needs no registry and no build", () => {
    const stack = new Stack(new App(), "Test");
    const image = new TaskImage(stack, "Image", { uri: "registry.example/tasks:1", variant: "gpu", log_days: 90 });
    expect(image.node.children).toEqual([]);
    expect(image.pull).toEqual([]);
  });

  it("may be pulled from a private registry of AWS, and from nowhere else of that account", () => {
    const stack = new Stack(new App(), "Test");
    const uri = `${"1".repeat(12)}.dkr.ecr.eu-west-1.amazonaws.com/team/tasks:v1`;
    const { pull } = new TaskImage(stack, "Image", { uri, variant: "gpu", log_days: 90 });
    expect(pull.flatMap(({ resources }) => resources)).toContain(
      `arn:aws:ecr:eu-west-1:${"1".repeat(12)}:repository/team/tasks`,
    );
  });
});

describe("the build's script", () => {
  it("is a script that a shell can read", () => {
    execFileSync("sh", ["-n", "-c", BUILD_SCRIPT]);
  });

  it.each([
    ["builds and pushes, then says so", 0, "SUCCESS", 0],
    ["says that it failed", 1, "FAILURE", 1],
  ])("%s", (_, docker, status, code) => {
    const said = join(temporaryFolder(), "said");
    const script = `aws() { [ "$1 $2" != "ecr describe-images" ]; }; docker() { return ${docker}; }
curl() { printf '%s' "$*" > "${said}"; }\n${BUILD_SCRIPT}`;
    const env = {
      IMAGE: "r/i",
      REPOSITORY: "i",
      TAG: "t",
      VARIANT: "gpu",
      WAIT_URL: "https://w",
      PATH: process.env.PATH,
    };
    expect(spawnSync("sh", ["-c", script], { env }).status).toBe(code);
    expect(readFileSync(said, "utf8")).toContain(`"Status":"${status}"`);
  });

  it("builds nothing where the tag stands already", () => {
    const script = `aws() { true; }; docker() { exit 9; }\n${BUILD_SCRIPT}`;
    expect(spawnSync("sh", ["-c", script], { env: { IMAGE: "r/i", PATH: process.env.PATH } }).status).toBe(0);
  });
});
