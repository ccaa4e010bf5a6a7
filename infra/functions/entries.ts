// The text that each function's bundle starts from. Handlers are named by path: infra knows where things run, not what they do.

/** A handler of lambdas/list.ts: its file and its name follow from the state's. */
export function entryText(handler: string): string {
  const file = hyphenated(handler);
  const name = handler.charAt(0).toLowerCase() + handler.slice(1);
  return [
    `import { awsHandler } from "./lambdas/aws-handler.ts";`,
    `import { ${name} } from "./lambdas/${file}.ts";`,
    `export const handler = awsHandler(${name});`,
  ].join("\n");
}

/** PrepareData -> prepare-data, as files and steps are named. */
export function hyphenated(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

/** Functions that are no state of the workflow: they start it, or clear up after it. */
export const OTHER_ENTRIES: Readonly<Record<string, string>> = {
  EmptyBucket: `export { handler } from "./infra/removal/empty-bucket.ts";`,
  StartRun: `export { startRunFunction as handler } from "./lambdas/trigger-functions.ts";`,
  Sweep: `export { sweepFunction as handler } from "./lambdas/trigger-functions.ts";`,
};
