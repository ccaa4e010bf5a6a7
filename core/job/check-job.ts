// A value against schemas/job.schema.json: every problem at once, in the words of the schema's titles.
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import schema from "../../schemas/job.schema.json" with { type: "json" };
import { didYouMean, listWords } from "../text/did-you-mean.ts";

export interface JobFault {
  /** JSON pointer; of the unknown or missing key's parent joined with the key. */
  readonly pointer: string;
  readonly of: "key" | "value";
  readonly message: string;
}

const validate = new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true }).compile(schema);

export function jobFaults(value: unknown): JobFault[] {
  if (validate(value)) return [];
  const faults = new Map<string, JobFault>();
  for (const error of validate.errors ?? []) {
    const fault = faultOf(error);
    // One value may break several keywords (type and pattern); its title says all of them.
    if (!faults.has(`${fault.of} ${fault.pointer}`)) faults.set(`${fault.of} ${fault.pointer}`, fault);
  }
  return [...faults.values()];
}

function faultOf(error: ErrorObject): JobFault {
  const { keyword, instancePath, params, parentSchema, data } = error;
  const key = keyword === "additionalProperties" ? params.additionalProperty : params.missingProperty;
  const child = typeof key === "string" ? `${instancePath}/${escapePointer(key)}` : instancePath;
  if (keyword === "additionalProperties") {
    const known = Object.keys(parentSchema?.properties ?? {});
    const guess = didYouMean(key, known);
    const options = guess === "" ? ` Known keys here: ${listWords(known)}.` : guess;
    return { pointer: child, of: "key", message: `Unknown key ${show(key)}.${options}` };
  }
  if (keyword === "required") {
    const wanted = titleOf(parentSchema?.properties?.[key]) ?? "a value";
    return { pointer: child, of: "key", message: `Missing key ${key}: expected ${wanted}.` };
  }
  const expected = titleOf(parentSchema) ?? `a value that satisfies ${keyword}`;
  const words = Array.isArray(parentSchema?.enum) ? parentSchema.enum.map(String) : [];
  const guess = typeof data === "string" ? didYouMean(data, words) : "";
  return { pointer: instancePath, of: "value", message: `Expected ${expected}, got ${show(data)}.${guess}` };
}

function titleOf(described: ErrorObject["parentSchema"]): string | undefined {
  return described?.title ?? (Array.isArray(described?.enum) ? listWords(described.enum.map(String)) : undefined);
}

function show(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}..."` : text;
}

function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
