// docs/reference.md as a whole: `npm run docs` writes it, and a test holds the file to what this answers.
import { createProgram } from "../program.ts";
import { commandsReference } from "./commands.ts";
import { jobKeysReference } from "./job-keys.ts";

const EXIT_CODES = `| Exit code | Status | Meaning |
|---|---|---|
| 0 | \`succeeded\` | a file was certified: it keeps every promise that could be measured; a time promise overrun after that is warned of |
| 1 | \`failed\` | a defect of this program |
| 2 | \`invalid\` | input that can't be used; \`verify\` found a wrong hash |
| 3 | \`infeasible\` | no file keeps every promise, and the report holds the nearest; \`verify\` found a broken promise; \`--strict\` and a promise was not measured |
| 4 | \`stopped\` | by deadline, spend or you, before a file was certified |
| 5 | \`failed\` | the machine: disk, memory, store, a child process; the same command goes on |`;

export function referencePage(): string {
  return `# Reference

Made by \`npm run docs\` from the program itself; a test fails where this page differs from it.

## Commands

In a clone, \`npx decant\` stands for \`decant\`. Every command takes \`--store PLACE\`: where steps and runs are kept, a folder or
\`s3://bucket/prefix\`, by default \`.decant\` beside the job. A run left out is the latest one.

${commandsReference(createProgram())}
## Exit codes

${EXIT_CODES}

[errors.md](errors.md) explains every error code.

## The job file

YAML or JSON. Unknown keys are refused. Sizes read \`2 MB\` (10^6 bytes) or \`2 MiB\` (2^20), times \`4 ms\`, \`90 s\`, \`15 min\`, \`2 h\`, the
accuracy drop percentage points of top-1 (\`1 %\`), money \`2 USD\`. A promise left out is not made.

${jobKeysReference()}
`;
}
