// Every command, in alphabetical order. A new one: its file and a line here.
import type { Command } from "commander";
import { registerBenchmark } from "./benchmark.ts";
import { registerClean } from "./clean.ts";
import { registerDemo } from "./demo.ts";
import { registerDoctor } from "./doctor.ts";
import { registerInit } from "./init.ts";
import { registerLogs } from "./logs.ts";
import { registerPredict } from "./predict.ts";
import { registerProfile } from "./profile.ts";
import { registerQuantize } from "./quantize.ts";
import { registerReport } from "./report.ts";
import { registerRollback } from "./rollback.ts";
import { registerRun } from "./run.ts";
import { registerSchedule } from "./schedule.ts";
import { registerSchedules } from "./schedules.ts";
import { registerStatus } from "./status.ts";
import { registerStop } from "./stop.ts";
import { registerSubmit } from "./submit.ts";
import { registerUnschedule } from "./unschedule.ts";
import { registerVerify } from "./verify.ts";

export const COMMANDS: readonly ((program: Command) => void)[] = [
  registerBenchmark,
  registerClean,
  registerDemo,
  registerDoctor,
  registerInit,
  registerLogs,
  registerPredict,
  registerProfile,
  registerQuantize,
  registerReport,
  registerRollback,
  registerRun,
  registerSchedule,
  registerSchedules,
  registerStatus,
  registerStop,
  registerSubmit,
  registerUnschedule,
  registerVerify,
];
