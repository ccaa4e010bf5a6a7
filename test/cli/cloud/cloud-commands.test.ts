// The commands that speak to a deployment, as a user starts them, against a real S3 server and moto's Step Functions,
// Scheduler and Logs.
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { CreateScheduleGroupCommand, GetScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { CreateStateMachineCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createS3Client } from "../../../adapters/s3/client.ts";
import { sha256 } from "../../../cli/cloud/run-results.ts";
import { executionName } from "../../../core/trigger/execution-name.ts";
import { type AwsServer, hasAwsServer, startAwsServer } from "../../fixtures/aws-server.ts";
import { runDecant } from "../../fixtures/decant-command.ts";
import { endOf } from "../../fixtures/moto-workflow.ts";
import { hasS3Server, type S3Server, startS3Server } from "../../fixtures/s3-server.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { layTinyJob } from "../../fixtures/tiny-job.ts";

const ROLE = "arn:aws:iam::123456789012:role/decant";
/** Two states that pass their input on: how a run looks from outside. */
const DEFINITION = {
  StartAt: "Plan",
  States: { Plan: { Type: "Pass", Next: "Publish" }, Publish: { Type: "Pass", End: true } },
};
const FAILING = {
  StartAt: "Plan",
  States: {
    Plan: { Type: "Pass", Next: "Infeasible" },
    Infeasible: { Type: "Fail", Error: "Infeasible", Cause: "No file keeps every promise." },
  },
};

describe.skipIf(!hasAwsServer || !hasS3Server)("the commands of the cloud", () => {
  let aws: AwsServer;
  let s3: S3Server;
  let bucket: S3Client;
  let sfn: SFNClient;
  let environment: Record<string, string>;

  beforeAll(async () => {
    [aws, s3] = await Promise.all([startAwsServer(), startS3Server()]);
    await s3.createBucket("inbox", { versioned: true });
    await s3.createBucket("artifacts", { versioned: true });
    environment = { ...aws.environment, ...s3.environment };
    bucket = createS3Client({ endpoint: s3.endpoint, region: s3.region, credentials: s3.credentials });
    const endpoint = { endpoint: aws.environment.AWS_ENDPOINT_URL!, region: aws.region, credentials: s3.credentials };
    sfn = new SFNClient(endpoint);
    await new SchedulerClient(endpoint).send(new CreateScheduleGroupCommand({ Name: "decant" }));
  });
  afterAll(async () => {
    aws?.stop();
    await s3?.stop();
  });

  /** A job in a folder of its own, and the outputs of a deployment whose workflow is `definition`. */
  async function home(name: string, definition: object) {
    const { folder, job } = await layTinyJob();
    const text = readFileSync(job, "utf8").replace("name: tiny", `name: ${name}`);
    writeFileSync(job, text.replace("this-machine", "lambda-arm64"));
    const machine = { name, definition: JSON.stringify(definition), roleArn: ROLE };
    const { stateMachineArn = "" } = await sfn.send(new CreateStateMachineCommand(machine));
    const outputs = {
      ArtifactBucket: "artifacts",
      InboxBucket: "inbox",
      Region: aws.region,
      ScheduleGroup: "decant",
      ScheduleRoleArn: ROLE,
      StarterArn: "arn:aws:lambda:us-east-1:123456789012:function:starter",
      StateMachineArn: stateMachineArn,
      TaskLogGroup: `/decant/${name}`,
    };
    const deployment = join(folder, "cdk-outputs.json");
    writeFileSync(deployment, JSON.stringify({ Decant: outputs }));
    return { folder, job, deployment, stateMachineArn };
  }

  const keys = async (prefix: string) => {
    const { Contents = [] } = await bucket.send(new ListObjectsV2Command({ Bucket: "inbox", Prefix: prefix }));
    return Contents.map(({ Key = "" }) => Key);
  };
  const decant = (args: readonly string[]) => runDecant(args, environment);
  /** What the starter does, seconds after the job was put. */
  const start = (stateMachineArn: string, run: string) =>
    sfn.send(new StartExecutionCommand({ stateMachineArn, name: run, input: JSON.stringify({ run }) }));

  /** The run that a submitted job becomes, once its file is there. */
  async function executionOf(name: string): Promise<string> {
    const key = `jobs/${name}.yaml`;
    for (;;) {
      const put = await bucket.send(new HeadObjectCommand({ Bucket: "inbox", Key: key })).catch(() => undefined);
      if (put?.VersionId) return executionName({ bucket: "inbox", key, version: put.VersionId }, sha256);
      await wait(100);
    }
  }

  test("submit uploads the data before the job, whose source then is the inbox", async () => {
    const { job, deployment } = await home("upload", DEFINITION);
    const { code, result } = await decant(["submit", job, "--deployment", deployment, "--json", "--no-follow"]);
    expect(code).toBe(0);
    expect(result().run).toMatch(/^upload-[0-9a-f]{24}$/);
    expect(result().status).toBe("submitted");
    expect((await keys("data/upload/")).length).toBeGreaterThan(0);
    const put = await bucket.send(new GetObjectCommand({ Bucket: "inbox", Key: "jobs/upload.yaml" }));
    expect(await put.Body?.transformToString()).toContain("source: s3://inbox/data/upload/");
  });

  test("submit a second time uploads only what changed, and removes what is gone", async () => {
    const { folder, job, deployment } = await home("again", DEFINITION);
    await decant(["submit", job, "--deployment", deployment, "--no-follow"]);
    const [first = "", second = ""] = await keys("data/again/");
    const local = (key: string) => join(folder, key.replace("data/again/", "data/"));
    cpSync(local(second), `${local(second)}.copy.png`);
    rmSync(local(first));
    await decant(["submit", job, "--deployment", deployment, "--no-follow"]);
    const after = await keys("data/again/");
    expect(after).not.toContain(first);
    expect(after).toContain(`${second}.copy.png`);
  });

  test("submit follows a run to its end", async () => {
    const { job, deployment, stateMachineArn } = await home("follow", DEFINITION);
    const following = decant(["submit", job, "--deployment", deployment, "--json"]);
    const run = await executionOf("follow");
    await start(stateMachineArn, run);
    const { code, stdout, result } = await following;
    expect(result()).toMatchObject({ status: "succeeded", run });
    expect(stdout).toContain('"state":"Plan"');
    expect(code).toBe(0);
  });

  test("submit of a run that ends infeasible exits 3 with its cause", async () => {
    const { job, deployment, stateMachineArn } = await home("hopeless", FAILING);
    const following = decant(["submit", job, "--deployment", deployment, "--json"]);
    await start(stateMachineArn, await executionOf("hopeless"));
    const { code, result, stderr } = await following;
    expect(code).toBe(3);
    expect(result().status).toBe("infeasible");
    expect(stderr).toContain("No file keeps every promise.");
  });

  test("submit refuses a job for this machine before anything is uploaded", async () => {
    const { job, deployment } = await home("local", DEFINITION);
    writeFileSync(job, readFileSync(job, "utf8").replace("lambda-arm64", "this-machine"));
    const { code, stderr } = await decant(["submit", job, "--deployment", deployment]);
    expect(code).toBe(2);
    expect(stderr).toContain("lambda-arm64");
    expect(await keys("data/local/")).toEqual([]);
  });

  test("submit of a job that the starter refuses says why, and does not wait any longer", async () => {
    const { job, deployment } = await home("refused", DEFINITION);
    const following = decant(["submit", job, "--deployment", deployment, "--json"]);
    const run = await executionOf("refused");
    const problems = [{ message: "Expected data, got none.", where: "jobs/refused.yaml (/data/source)" }];
    const Body = JSON.stringify({ code: "InvalidJob", problems });
    await bucket.send(new PutObjectCommand({ Bucket: "artifacts", Key: `runs/${run}/refusal.json`, Body }));
    const { code, result, stderr } = await following;
    expect(code).toBe(2);
    expect(result().status).toBe("invalid");
    expect(stderr).toContain("jobs/refused.yaml (/data/source): Expected data, got none.");
  });

  test("status, stop and report speak of a run in the cloud by its name", async () => {
    const { deployment, stateMachineArn } = await home("asked", DEFINITION);
    const { executionArn } = await start(stateMachineArn, "asked-1");
    await endOf(sfn, executionArn!);
    const status = await decant(["status", "asked-1", "--cloud", "--deployment", deployment, "--json"]);
    expect(JSON.parse(status.stdout)).toMatchObject({ run: "asked-1", status: "succeeded", state: "Publish" });
    const stop = await decant(["stop", "asked-1", "--cloud", "--deployment", deployment]);
    expect(stop.stdout).toContain("had ended already");
    const nothing = await decant(["report", "asked-1", "--cloud", "--deployment", deployment]);
    expect(nothing.code).toBe(2);
    const Key = "runs/asked-1/report.html";
    await bucket.send(new PutObjectCommand({ Bucket: "artifacts", Key, Body: "<p>asked</p>" }));
    const asking = ["report", "asked-1", "--cloud", "--deployment", deployment];
    const report = await runDecant(asking, { ...environment, DECANT_CACHE: temporaryFolder() });
    expect(readFileSync(report.stdout.trim(), "utf8")).toBe("<p>asked</p>");
    const unnamed = await decant(["report", "--cloud", "--deployment", deployment]);
    expect(unnamed.stderr).toContain("Expected a run's name");
  });

  test("stop without --cloud says how a run on this machine is stopped", async () => {
    const { code, stderr } = await decant(["stop", "any"]);
    expect(code).toBe(2);
    expect(stderr).toContain("Ctrl-C");
  });

  test("a job is scheduled once under its name, changed, listed and unscheduled", async () => {
    const { job, deployment } = await home("weekly", DEFINITION);
    const there = ["--deployment", deployment];
    expect((await decant(["schedule", job, "--every", "7d", ...there])).stdout).toContain("created");
    expect((await decant(["schedule", job, "--cron", "0 3 ? * MON *", ...there])).stdout).toContain("changed");
    const endpoint = { endpoint: aws.environment.AWS_ENDPOINT_URL!, region: aws.region, credentials: s3.credentials };
    const named = new GetScheduleCommand({ Name: "weekly", GroupName: "decant" });
    const { Target } = await new SchedulerClient(endpoint).send(named);
    expect(JSON.parse(Target?.Input ?? "")).toEqual({
      schedule: { bucket: "inbox", key: "scheduled/weekly.yaml", time: "<aws.scheduler.scheduled-time>" },
    });
    expect((await decant(["schedules", ...there])).stdout).toBe("weekly  cron(0 3 ? * MON *)\n");
    expect(await keys("jobs/weekly")).toEqual([]);
    expect((await decant(["unschedule", "weekly", ...there])).code).toBe(0);
    expect((await decant(["unschedule", "weekly", ...there])).code).toBe(2);
  });

  test("logs prints the lines of every training task of the run", async () => {
    const task = { StartAt: "FineTune", States: { FineTune: { Type: "Pass", End: true } } };
    const { deployment, stateMachineArn } = await home("spoken", task);
    const output = "s3://artifacts/steps/fine-tune/0123";
    const input = JSON.stringify({ teacher: { output } });
    await sfn.send(new StartExecutionCommand({ stateMachineArn, name: "spoken-1", input }));
    await putLines("/decant/spoken", ["decant/default/1", [`{"event":"start","output":"${output}"}`, "epoch 1"]]);
    const { stdout } = await decant(["logs", "spoken-1", "--cloud", "--deployment", deployment]);
    expect(stdout).toContain(`== FineTune ${output}`);
    expect(stdout).toContain("epoch 1");
  });

  test("a file that holds no deployment is refused with how to make one", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "outputs.json"), "{}");
    const { code, stderr } = await decant(["schedules", "--deployment", join(folder, "outputs.json")]);
    expect(code).toBe(2);
    expect(stderr).toContain("npx cdk deploy --outputs-file");
  });

  async function putLines(group: string, [stream, lines]: readonly [string, readonly string[]]) {
    const endpoint = { endpoint: aws.environment.AWS_ENDPOINT_URL!, region: aws.region, credentials: s3.credentials };
    const logs = new CloudWatchLogsClient(endpoint);
    await logs.send(new CreateLogGroupCommand({ logGroupName: group }));
    await logs.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: stream }));
    const logEvents = lines.map((message, at) => ({ message, timestamp: Date.now() + at }));
    await logs.send(new PutLogEventsCommand({ logGroupName: group, logStreamName: stream, logEvents }));
  }
});
