// Whether a command line trains: only then the large Python download is needed before it starts.

const TRAINING_COMMANDS = new Set(["run", "demo", "profile"]);
const WITHOUT_TRAINING = new Set(["--help", "-h", "--dry-run"]);

/** @param {readonly string[]} args what follows `decant`; the program's own --store may stand before the command */
export function isTrainingCommand(args) {
  let at = 0;
  while (args[at]?.startsWith("-")) at += args[at] === "--store" ? 2 : 1;
  return TRAINING_COMMANDS.has(args[at] ?? "") && !args.some((arg) => WITHOUT_TRAINING.has(arg));
}
