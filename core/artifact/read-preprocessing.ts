// preprocessing.json and labels.txt of an artifact, read back and checked.
import { Ajv2020 } from "ajv/dist/2020.js";
import schema from "../../schemas/preprocessing.schema.json" with { type: "json" };
import type { Problem } from "../errors/problem.ts";
import type { Preprocessing } from "./preprocessing.ts";

const validate = new Ajv2020({ allErrors: true }).compile<Preprocessing>(schema);

/** The record, or everything that is wrong with the text. */
export function parsePreprocessing(text: string): Preprocessing | readonly Problem[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return [{ message: `expected JSON, got: ${error instanceof Error ? error.message : String(error)}` }];
  }
  if (validate(value)) return value;
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    const detail = JSON.stringify(params);
    return { message: `${message ?? "does not fit the schema"} ${detail}`, where: instancePath || "/" };
  });
}

/** The class names, in the order of the model's outputs. */
export function parseLabels(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
