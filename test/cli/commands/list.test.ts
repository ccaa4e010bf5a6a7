// Every command is listed, described, and shows one example.
import { readdirSync } from "node:fs";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../../cli/commands/list.ts";

const program = new Command("decant");
for (const register of COMMANDS) register(program);

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

describe("the commands", () => {
  it("are one for each file of the folder, in alphabetical order", () => {
    const files = readdirSync(new URL("../../../cli/commands", import.meta.url)).map((name) => name.replace(".ts", ""));
    const names = program.commands.map((command) => command.name());
    expect(names).toEqual(files.filter((name) => name !== "list").sort());
  });

  it.each(program.commands.map((command) => [command.name(), command] as const))(
    "%s has a description and an example",
    (name, command) => {
      expect(command.description()).not.toBe("");
      expect(helpOf(command)).toMatch(new RegExp(`Example:\\n +\\$ (npx )?decant ${name}`));
    },
  );
});
