// Every command, in alphabetical order. A new one: its file and a line here.
import type { Command } from "commander";
import { registerBenchmark } from "./benchmark.ts";
import { registerClean } from "./clean.ts";
import { registerDemo } from "./demo.ts";
import { registerDoctor } from "./doctor.ts";
import { registerInit } from "./init.ts";
import { registerPredict } from "./predict.ts";
import { registerProfile } from "./profile.ts";
import { registerQuantize } from "./quantize.ts";
import { registerReport } from "./report.ts";
import { registerRun } from "./run.ts";
import { registerStatus } from "./status.ts";
import { registerVerify } from "./verify.ts";

export const COMMANDS: readonly ((program: Command) => void)[] = [
  registerBenchmark,
  registerClean,
  registerDemo,
  registerDoctor,
  registerInit,
  registerPredict,
  registerProfile,
  registerQuantize,
  registerReport,
  registerRun,
  registerStatus,
  registerVerify,
];
