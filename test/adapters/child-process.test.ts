// Child processes: lines, exits, hanging, stopping.
import { describe, expect, it } from "vitest";
import { type ChildRequest, runChild } from "../../adapters/child-process.ts";

function request(script: string, changes: Partial<ChildRequest> = {}): ChildRequest {
  return {
    command: process.execPath,
    arguments: ["-e", script],
    environment: process.env,
    signal: new AbortController().signal,
    silence_ms_max: 10_000,
    onLine: () => undefined,
    ...changes,
  };
}

describe("a child process", () => {
  it("hands over its lines, its exit code and the end of its standard error", async () => {
    const lines: string[] = [];
    const script = 'console.log("one\\ntwo"); console.error("why"); process.exitCode = 3';
    const exit = await runChild(request(script, { onLine: (line) => lines.push(line) }));
    expect(lines).toEqual(["one", "two"]);
    expect(exit).toEqual({ code: 3, signal: null, stderr: "why\n" });
  });

  it("says which signal ended it", async () => {
    expect(await runChild(request('process.kill(process.pid, "SIGKILL")'))).toMatchObject({
      code: null,
      signal: "SIGKILL",
    });
  });

  it("fails as ChildFailed where it can't start", async () => {
    await expect(runChild(request("", { command: "/no/such/program" }))).rejects.toMatchObject({ code: "ChildFailed" });
  });

  it("is killed when it says nothing, and left alone when it speaks", async () => {
    const hang = runChild(request("setInterval(() => {}, 1000)", { silence_ms_max: 300 }));
    await expect(hang).rejects.toMatchObject({ code: "ChildFailed", message: expect.stringContaining("hung") });
    const talk = "let n = 0; const t = setInterval(() => { console.log(n); if (++n > 12) clearInterval(t); }, 100)";
    expect(await runChild(request(talk, { silence_ms_max: 1200 }))).toMatchObject({ code: 0 });
  });

  it("is asked to stop on abort", async () => {
    const controller = new AbortController();
    const script = 'process.on("SIGTERM", () => process.exit(0)); console.log("ready"); setInterval(() => {}, 1000)';
    const stopped = runChild(request(script, { signal: controller.signal, onLine: () => controller.abort() }));
    await expect(stopped).rejects.toMatchObject({ code: "Stopped" });
  });

  it("is not started after an abort", async () => {
    const stopped = runChild(request("", { command: "/no/such/program", signal: AbortSignal.abort() }));
    await expect(stopped).rejects.toMatchObject({ code: "Stopped" });
  });

  it("keeps its standard input open as its life line", async () => {
    const lines: string[] = [];
    const script = 'process.stdin.on("end", () => console.log("cut")).resume(); setTimeout(() => process.exit(0), 300)';
    await runChild(request(script, { onLine: (line) => lines.push(line) }));
    expect(lines).toEqual([]);
  });
});
