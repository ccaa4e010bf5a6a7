// decant profile [-o FILE]: measures this machine's training speed and writes the profile that `run --profile` takes.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { runTask } from "../../adapters/task-process.ts";
import { AUTO_BACKBONE } from "../../core/plan/backbone-facts.ts";
import { planInputSizes } from "../../core/plan/input-sizes.ts";
import { taskPointer } from "../../lambdas/gpu-task.ts";
import { profileTask } from "../../lambdas/profile-key.ts";
import { pythonInterpreter } from "../laptop/python.ts";
import { createLaptopServices } from "../laptop/services.ts";
import { SILENCE_MS_MAX } from "../laptop/silence.ts";
import { stopOnSignals } from "../laptop/stop-signals.ts";
import { describeProgress } from "../progress/describe.ts";
import { storeFolder } from "../runs.ts";

interface ProfileOptions {
  readonly output: string;
  readonly store?: string;
}

export function registerProfile(program: Command): void {
  program
    .command("profile")
    .description("measure this machine's training speed, once, and write it to a file")
    .option("-o, --output <file>", "where to write it", "profile.json")
    .addHelpText("after", "\nExample:\n  $ decant profile -o profile.json")
    .action((_options: unknown, command: Command) => profile(command.optsWithGlobals<ProfileOptions>()));
}

async function profile({ output, store }: ProfileOptions): Promise<void> {
  const python = pythonInterpreter(process.env);
  const stop = stopOnSignals(() => process.stderr.write("stopping ...\n"));
  const services = await createLaptopServices({
    root: storeFolder(store, "."),
    python,
    signal: stop.signal,
    progress: (event) => process.stderr.write(`${describeProgress({ event: "progress", ...event })}\n`),
  });
  const request = profileTask(
    { backbone: AUTO_BACKBONE, input_sizes: planInputSizes(AUTO_BACKBONE.input_size, []).input_sizes },
    services,
  );
  const plan = { seed: 0, threads: services.machine.cores };
  const pointer = await taskPointer({ deadline_ms: null }, plan, request, services);
  if (!pointer.done) {
    const { signal, progress } = services;
    const environment = { INPUT: pointer.input, OUTPUT: pointer.output };
    await runTask({ python, environment, silence_ms_max: SILENCE_MS_MAX, signal, progress });
  }
  const folder = await services.files.folderOf(pointer);
  await writeFile(output, await readFile(join(folder, "profile.json")));
  process.stdout.write(`${output}\n`);
}
