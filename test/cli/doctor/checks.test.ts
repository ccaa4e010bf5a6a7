// The doctor's checks on what is there, and on what is not.
import { describe, expect, it } from "vitest";
import { checkBrowser, checkMemory, checkNode, checkPython, checkRuntime } from "../../../cli/doctor/checks.ts";

describe("the doctor", () => {
  it("accepts Node 22.12 and newer", () => {
    expect(checkNode("22.12.0").state).toBe("ok");
    expect(checkNode("24.1.0").state).toBe("ok");
  });

  it("refuses an older Node and says what to install", () => {
    expect(checkNode("22.11.9")).toMatchObject({ state: "missing", mend: expect.stringContaining("22.12") });
    expect(checkNode("20.20.0").state).toBe("missing");
  });

  it("finds the runtimes of this installation", async () => {
    expect(await checkRuntime()).toMatchObject({ state: "ok", found: expect.stringContaining("onnxruntime-node") });
  });

  it("says how to set Python up where there is none", async () => {
    const check = await checkPython("no/such/python");
    expect(check).toMatchObject({ state: "missing", mend: expect.stringContaining("requirements.txt") });
  });

  it("names what a Python without the packages lacks", async () => {
    const check = await checkPython(process.execPath);
    expect(check.state).toBe("missing");
  });

  it("advises on little memory without calling it missing", () => {
    expect(checkMemory(2e9).state).toBe("advice");
    expect(checkMemory(8e9).state).toBe("ok");
  });

  it("takes the browser that CHROMIUM_PATH names", () => {
    expect(checkBrowser({ CHROMIUM_PATH: process.execPath })).toMatchObject({ state: "ok" });
  });
});
