// docs/reference.md, the part on commands: from commander's own description of each, so that it can't go stale.
import type { Command } from "commander";

/** Markdown: a section a command with usage, arguments, options and its example. */
export function commandsReference(program: Command): string {
  const help = program.createHelp();
  const commands = help.visibleCommands(program).filter((command) => command.name() !== "help");
  return commands.map((command) => commandSection(command)).join("\n");
}

function commandSection(command: Command): string {
  const help = command.createHelp();
  const rows = [
    ...help.visibleArguments(command).map((argument) => [argument.name(), help.argumentDescription(argument)] as const),
    ...help.visibleOptions(command).map((option) => [option.flags, help.optionDescription(option)] as const),
  ].filter(([name]) => name !== "-h, --help");
  const table = rows.map(
    ([name, description]) => `| \`${name.replaceAll("|", "\\|")}\` | ${description.replaceAll("|", "\\|")} |`,
  );
  return [
    `### ${command.name()}`,
    "",
    sentence(command.description()),
    "",
    "```",
    `decant ${command.name()} ${command.usage()}`,
    "```",
    "",
    ...(table.length > 0 ? ["| Argument or option | Meaning |", "|---|---|", ...table, ""] : []),
    ...exampleLines(command),
  ].join("\n");
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;

/** The `$ decant ...` lines of a command's help, without the prompt. */
export function helpExamples(command: Command): string[] {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return [...text.matchAll(/^\s*\$ (decant .+)$/gm)].map((match) => match[1] ?? "");
}

function exampleLines(command: Command): string[] {
  const examples = helpExamples(command);
  return examples.length === 0 ? [] : ["Example:", "", "```sh", ...examples, "```", ""];
}
