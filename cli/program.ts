// The decant command as commander knows it: what it is, what holds for every command, and the list of commands.
import { Command } from "commander";
import { TOOL_VERSION } from "../core/version.ts";
import { COMMANDS } from "./commands/list.ts";

export function createProgram(): Command {
  const program = new Command("decant")
    .description(
      "From a large pretrained model, a small labelled data set and a budget to a small ONNX file with a report.",
    )
    .version(TOOL_VERSION)
    .option(
      "--store <place>",
      "where steps and runs are kept: a folder (default: .decant beside the job, or here) or s3://bucket/prefix",
    )
    .exitOverride()
    .showHelpAfterError("(--help says more)")
    .addHelpText("after", "\nExample:\n  $ decant run decant.yaml");
  for (const register of COMMANDS) register(program);
  return program;
}
