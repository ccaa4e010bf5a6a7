// decant init DATA: looks at a data folder, says what it found, and writes a commented job file.
import { writeFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, relative, resolve } from "node:path";
import type { Command } from "commander";
import { DecantError } from "../../core/errors/problem.ts";
import { jobNameFrom, jobText } from "../../core/job/new-job-text.ts";
import { suggestBudget } from "../../core/job/suggest-budget.ts";
import { describeData } from "../init/describe-data.ts";
import { type DataSurvey, surveyData } from "../init/survey-data.ts";

interface InitOptions {
  readonly output: string;
  readonly name?: string;
  readonly force?: boolean;
}

export function registerInit(program: Command): void {
  program
    .command("init")
    .description("look at a data folder or manifest, say what it holds, and write a job file")
    .argument("<data>", "a folder of class folders, a CSV file (path,label) or a JSON Lines manifest")
    .option("-o, --output <file>", "the job file to write", "decant.yaml")
    .option("--name <name>", "the job's name (default: the folder's)")
    .option("--force", "replace the job file where there is one")
    .addHelpText("after", "\nExample:\n  $ decant init ./flowers")
    .action(init);
}

async function init(data: string, options: InitOptions): Promise<void> {
  const survey = await surveyData(process.cwd(), data);
  process.stdout.write(describeData(basename(resolve(data)), survey));
  if (survey.problems.length > 0) throw new DecantError("InvalidData", survey.problems);
  const file = resolve(options.output);
  await writeNew(file, jobOf(data, file, options, survey), options);
  process.stdout.write(`\nWrote ${options.output}. Next: decant run ${options.output} --dry-run\n`);
}

function jobOf(data: string, file: string, { name }: InitOptions, { source, split }: DataSurvey): string {
  const way = relative(dirname(file), resolve(data)).replaceAll("\\", "/");
  const isPlain = isAbsolute(way) || way.startsWith("..");
  const count = (wanted: string) => split.samples.filter((sample) => sample.split === wanted).length;
  const classes = new Set(split.samples.map(({ label }) => label)).size;
  return jobText({
    name: jobNameFrom(name ?? basename(resolve(data)).replace(/\.[a-z]+$/i, "")),
    source: isPlain ? way : `./${way}`,
    found: `${source.layout}: ${split.samples.length} images, ${classes} classes`,
    budget: suggestBudget({ classes, train: count("train"), test: count("test") }),
  });
}

async function writeNew(file: string, text: string, { output, force }: InitOptions): Promise<void> {
  try {
    await writeFile(file, text, { flag: force ? "w" : "wx" });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const reason = code === "EEXIST" ? "there is one: add --force to replace it" : `the system refuses (${code})`;
    const problem = {
      message: `Expected to write a new job file, but ${reason}, or name another with -o.`,
      where: output,
    };
    throw new DecantError("InvalidInput", [problem], { cause });
  }
}
