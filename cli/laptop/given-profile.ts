// A profile that was passed in with --profile: checked, and stored as a finished step, keyed by what it says.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { DecantError } from "../../core/errors/problem.ts";
import type { StepPointer } from "../../core/store/store.ts";
import type { TrainingProfile } from "../../core/workflow/records/training.ts";
import { runStep } from "../../lambdas/run-step.ts";
import type { Services } from "../../lambdas/services.ts";
import schema from "../../schemas/profile.schema.json" with { type: "json" };

const validate = new Ajv2020({ allErrors: true }).compile<TrainingProfile>(schema);

export async function readProfileFile(path: string): Promise<TrainingProfile> {
  const mend = "Write one with: decant profile -o FILE.";
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    const message = `Expected a profile in JSON, got: ${(cause as Error).message}. ${mend}`;
    throw new DecantError("InvalidInput", [{ message, where: path }], { cause });
  }
  if (validate(value)) return value;
  const problems = (validate.errors ?? []).map(({ instancePath, message }) => ({
    message: `Expected a profile whose value at "${instancePath}" ${message ?? "is valid"}. ${mend}`,
    where: path,
  }));
  throw new DecantError("InvalidInput", problems);
}

export async function storeProfile(services: Services, profile: TrainingProfile): Promise<StepPointer> {
  const request = { step: "profile" as const, upstream: [], slice: { given: profile }, environment: {} };
  const { pointer } = await runStep(services, request, async (folder) => {
    await writeFile(join(folder, "profile.json"), `${JSON.stringify(profile, null, 2)}\n`);
    return profile;
  });
  return pointer;
}
