// Opening a model writes nothing into the user's home: ONNX Runtime would leave a device id and an event database there.
import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { writeModel } from "../../../core/onnx/write-model.ts";
import { smallNetwork } from "../../fixtures/small-network.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";

const SESSION = fileURLToPath(new URL("../../../adapters/onnx-runtime/session.ts", import.meta.url));

test("opening a model leaves the home folder empty", () => {
  const [home, folder] = [temporaryFolder(), temporaryFolder()];
  const model = join(folder, "model.onnx");
  writeFileSync(model, writeModel(smallNetwork()));
  const script = `
    import { readFileSync } from "node:fs";
    import { openSession } from ${JSON.stringify(SESSION)};
    const session = await openSession(readFileSync(${JSON.stringify(model)}));
    await session.release();
  `;
  const { ORT_DISABLE_TELEMETRY: _, ...environment } = process.env;
  execFileSync(process.execPath, ["--input-type=module-typescript", "-e", script], {
    env: { ...environment, HOME: home, XDG_CACHE_HOME: join(home, "cache") },
  });
  expect(readdirSync(home)).toEqual([]);
});
