// Report and Publish over a real folder store, from a made-up run.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ARTIFACT_FILES } from "../../core/artifact/artifact-texts.ts";
import type { ReportModel } from "../../core/report/report-model.ts";
import { publish } from "../../lambdas/publish.ts";
import { report } from "../../lambdas/report.ts";
import { writeRunJob } from "../../lambdas/run-job.ts";
import { readOutput } from "../../lambdas/run-step.ts";
import type { Services } from "../../lambdas/services.ts";
import { folderServices } from "../fixtures/folder-services.ts";
import { MADE_UP_JOB } from "../fixtures/report-model.ts";
import { layRun } from "../fixtures/report-run.ts";

describe("Report and Publish", () => {
  let root: string;
  let services: Services;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "decant-report-"));
    services = folderServices(root);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const champion = async () =>
    JSON.parse(await readFile(join(root, "aliases/made-up-flowers/champion.json"), "utf8")).champion;

  it("write a report with pictures of the very examples, and copy it to the run", async () => {
    const payload = await layRun(services, "kept");
    const pointer = await report(payload, services);
    const html = await readFile(join(root, "runs", payload.run, "report.html"), "utf8");
    const model: ReportModel = JSON.parse(await readFile(join(root, "runs", payload.run, "report.json"), "utf8"));
    expect(model.outcome).toBe("kept");
    expect(await readOutput(services, pointer)).toEqual({ outcome: "kept", headline: model.headline });
    expect(html.match(/<img src="data:image\/png;base64,/g)).toHaveLength(model.examples.length);
    expect(html).not.toContain("no picture");
    expect(JSON.stringify(model)).not.toContain(root);
  });

  it("record which images the test split holds", async () => {
    const payload = await layRun(services, "kept");
    await report(payload, services);
    const model: ReportModel = JSON.parse(await readFile(join(root, "runs", payload.run, "report.json"), "utf8"));
    const lines = await readFile(join(await services.files.folderOf(payload.data!), "test-samples.jsonl"), "utf8");
    const hashes = lines
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).sha256);
    const { test_digest, test_sha256 } = model.provenance.data;
    expect(test_sha256).toEqual(hashes.toSorted());
    expect(test_digest).toBe(services.sha256(hashes.toSorted().join("\n")));
  });

  it("report once: the same run again gives the same step, and another run name changes nothing in it", async () => {
    const payload = await layRun(services, "kept");
    const first = await report(payload, services);
    await writeRunJob(services, "another", { job: MADE_UP_JOB, folder: "/elsewhere" });
    expect(await report({ ...payload, run: "another" }, services)).toEqual(first);
    expect(await readdir(join(root, "runs/another"))).toEqual(["job.json", "report.html", "report.json"]);
  });

  it("report an infeasible run too, and publish nothing", async () => {
    const payload = await layRun(services, "infeasible");
    const pointer = await report(payload, services);
    const html = await readFile(join(root, "runs", payload.run, "report.html"), "utf8");
    expect(html).toContain("Nearest points");
    await expect(publish({ ...payload, report: pointer }, services)).rejects.toMatchObject({ code: "Defect" });
    expect((await readdir(join(root, "runs", payload.run))).toSorted()).toEqual([
      "job.json",
      "report.html",
      "report.json",
    ]);
  });

  it("publish the whole artifact and move the champion; doing it again changes nothing", async () => {
    const payload = await layRun(services, "kept");
    const done = { ...payload, report: await report(payload, services) };
    const published = await publish(done, services);
    expect(published).toMatchObject({ changed: true, location: join(root, "runs", payload.run, "artifact") });
    expect((await readdir(published.location)).toSorted()).toEqual([...ARTIFACT_FILES, "manifest.json"].toSorted());
    expect(published.champion.outcome).toBe("first");
    expect(await champion()).toMatchObject({ run: payload.run, artifact: published.manifest_sha256 });
    const again = await publish(done, services);
    expect(again).toMatchObject({ changed: false, manifest_sha256: published.manifest_sha256 });
    expect(again.champion.outcome).toBe("unchanged");
    expect(await readdir(join(root, "runs", payload.run))).not.toContainEqual(expect.stringMatching(/^\.artifact/));
  });

  it("mend a published artifact that was damaged", async () => {
    const payload = await layRun(services, "kept");
    const done = { ...payload, report: await report(payload, services) };
    const { location } = await publish(done, services);
    await writeFile(join(location, "labels.txt"), "something else\n");
    await writeFile(join(location, "extra.txt"), "not ours\n");
    expect(await publish(done, services)).toMatchObject({ changed: true });
    expect(await readFile(join(location, "labels.txt"), "utf8")).toMatch(/^daisy\n/);
    expect(await readdir(location)).not.toContain("extra.txt");
  });

  it("refuse to publish when the certified model is no longer in the store", async () => {
    const payload = await layRun(services, "kept");
    const done = { ...payload, report: await report(payload, services) };
    const [key] = await readdir(join(root, "steps/quantize"));
    const attempts = await readdir(join(root, "steps/quantize", key!));
    const attempt = attempts.find((name) => name.startsWith("attempt-"))!;
    await writeFile(join(root, "steps/quantize", key!, attempt, "model.onnx"), "tampered");
    await expect(publish(done, services)).rejects.toMatchObject({ code: "StoreFailed" });
    expect(await readdir(join(root, "runs", payload.run))).not.toContain("artifact");
  });

  it("move the champion under contention without losing a write", async () => {
    const payload = await layRun(services, "kept");
    const done = { ...payload, report: await report(payload, services) };
    for (const run of ["a", "b"]) await writeRunJob(services, run, { job: MADE_UP_JOB, folder: "/somewhere" });
    await Promise.all(["a", "b", "b", "b"].map((run) => publish({ ...done, run }, services)));
    expect(["a", "b"]).toContain((await champion()).run);
    expect((await readdir(join(root, "runs/b"))).toSorted()).toEqual(["artifact", "job.json", "test-predictions.json"]);
  });
});
