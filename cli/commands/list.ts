// Every command, in alphabetical order. A new one: its file and a line here.
import type { Command } from "commander";
import { registerClean } from "./clean.ts";
import { registerDemo } from "./demo.ts";
import { registerDoctor } from "./doctor.ts";
import { registerPredict } from "./predict.ts";
import { registerProfile } from "./profile.ts";
import { registerReport } from "./report.ts";
import { registerRun } from "./run.ts";
import { registerStatus } from "./status.ts";

export const COMMANDS: readonly ((program: Command) => void)[] = [
  registerClean,
  registerDemo,
  registerDoctor,
  registerPredict,
  registerProfile,
  registerReport,
  registerRun,
  registerStatus,
];
