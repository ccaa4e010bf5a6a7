// A function refuses what does not fit into it before it fetches anything.
import { describe, expect, it } from "vitest";
import { type FunctionLimits, withinFunction } from "../../lambdas/input-fit.ts";
import { folderServices, layStep } from "../fixtures/folder-services.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

async function lay() {
  const services = folderServices(temporaryFolder());
  const files = { "model.onnx": new Uint8Array(3_000_000), "array.npy": new Uint8Array(2_000_000) };
  return { files: services.files, pointer: await layStep(services, "compress", {}, files) };
}

const limits = (room: number, model_bytes_max?: number): FunctionLimits => ({
  room: async () => room,
  model_bytes_max,
});

describe("a function's input", () => {
  it("is handed out where it fits", async () => {
    const { files, pointer } = await lay();
    const fitting = withinFunction(files, limits(6e6, 3e6));
    expect(await fitting.folderOf(pointer)).toBe(await files.folderOf(pointer));
    expect(await fitting.find(pointer)).toEqual(await files.find(pointer));
  });

  it("is refused with both sizes where the disk has less room", async () => {
    const { files, pointer } = await lay();
    await expect(withinFunction(files, limits(4e6)).folderOf(pointer)).rejects.toMatchObject({
      code: "InvalidInput",
      message: expect.stringMatching(/at most 4 MB.*got 5 MB/),
    });
  });

  it("is refused where a model is larger than the memory can run, with every problem at once", async () => {
    const { files, pointer } = await lay();
    await expect(withinFunction(files, limits(1e6, 1e6)).folderOf(pointer)).rejects.toMatchObject({
      code: "InvalidInput",
      problems: [{ where: "compress/model.onnx" }, { where: "the files of step compress" }],
    });
  });

  it("is counted once in a call, since what was fetched has taken its room", async () => {
    const { files, pointer } = await lay();
    const rooms = [6e6, 1e6];
    const fitting = withinFunction(files, { room: async () => rooms.shift() ?? 0, model_bytes_max: undefined });
    await fitting.folderOf(pointer);
    await expect(fitting.folderOf(pointer)).resolves.toBe(await files.folderOf(pointer));
    expect(rooms).toHaveLength(1);
  });

  it("that is unfinished is told by the store, as ever", async () => {
    const { files } = await lay();
    const fitting = withinFunction(files, limits(0));
    await expect(fitting.folderOf({ step: "compress", key: "none" })).rejects.toMatchObject({ code: "StoreFailed" });
  });
});
