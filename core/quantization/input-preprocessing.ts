// How pictures become a model's input, gathered from what the user says, a preprocessing.json and the model's metadata,
// in this order. What nobody says is an error that tells what to pass; nothing is guessed.
import { DecantError, type Problem } from "../errors/problem.ts";
import type { Resize } from "../workflow/records/plan.ts";
import type { ImageInput } from "./image-input.ts";

export type Triple = readonly [number, number, number];

export interface InputPreprocessing {
  readonly size: number;
  readonly resize: Resize;
  /** Of RGB scaled to 0..1, for models that take float32; null where the model takes uint8 and normalises itself. */
  readonly normalization: { readonly mean: Triple; readonly std: Triple } | null;
}

export interface PreprocessingSources {
  readonly options: Readonly<Record<string, unknown>>;
  /** The text of preprocessing.json beside the model. */
  readonly file: string | undefined;
  /** The model's metadata_props "preprocessing". */
  readonly metadata: string | undefined;
}

const RESIZES: readonly unknown[] = ["contain", "cover", "stretch"];
const SIZE_MAX = 4096;

/** Throws InvalidInput with everything that is missing or wrong. */
export function inputPreprocessing(input: ImageInput, sources: PreprocessingSources): InputPreprocessing {
  const problems: Problem[] = [];
  const records = [
    sources.options,
    parsed(sources.file, "preprocessing.json", problems),
    parsed(sources.metadata, "the model's metadata", problems),
  ];
  const said = (key: string) => records.map((record) => record[key]).find((value) => value !== undefined);
  const size = input.size ?? said("input_size");
  if (!(typeof size === "number" && Number.isInteger(size) && size >= 8 && size <= SIZE_MAX)) {
    problems.push({ message: `expected an input size of 8 to ${SIZE_MAX} px, got ${size}: pass --size` });
  } else if (said("input_size") !== undefined && said("input_size") !== size) {
    problems.push({
      message: `expected an input size of ${size} px, which the model declares, got ${said("input_size")}`,
    });
  }
  const resize = said("resize");
  if (!RESIZES.includes(resize)) {
    const got = resize === undefined ? "nothing that says it" : JSON.stringify(resize);
    problems.push({
      message: `expected how pictures become squares, got ${got}: pass --resize cover, contain or stretch`,
    });
  }
  const normalization = input.element === "uint8" ? null : normalizationOf(said, problems);
  if (input.element === "uint8" && (sources.options.mean !== undefined || sources.options.std !== undefined)) {
    problems.push({
      message: "expected no --mean or --std, since the model takes uint8 pixels and normalises them itself",
    });
  }
  if (problems.length > 0) throw new DecantError("InvalidInput", problems);
  return { size: size as number, resize: resize as Resize, normalization };
}

function normalizationOf(said: (key: string) => unknown, problems: Problem[]): InputPreprocessing["normalization"] {
  const mean = triple(said("mean"));
  const std = triple(said("std"));
  const got = (value: unknown) => (value === undefined ? "nothing that says it" : JSON.stringify(value));
  if (mean === undefined) {
    problems.push({
      message: `expected the mean of RGB in 0..1, got ${got(said("mean"))}: pass --mean, e.g. 0.485,0.456,0.406`,
    });
  }
  if (std === undefined || std.some((value) => value <= 0)) {
    problems.push({
      message: `expected the deviation of RGB in 0..1, above 0, got ${got(said("std"))}: pass --std, e.g. 0.229,0.224,0.225`,
    });
  }
  return mean && std ? { mean, std } : null;
}

/** Three numbers, or one for all channels. */
function triple(value: unknown): Triple | undefined {
  const list = Array.isArray(value) ? value : [value];
  if (!list.every((each): each is number => typeof each === "number" && Number.isFinite(each))) return undefined;
  if (list.length === 1) return [list[0]!, list[0]!, list[0]!];
  return list.length === 3 ? [list[0]!, list[1]!, list[2]!] : undefined;
}

function parsed(text: string | undefined, where: string, problems: Problem[]): Readonly<Record<string, unknown>> {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    problems.push({ message: "expected a JSON object", where });
  } catch (error) {
    problems.push({ message: `expected JSON, got: ${error instanceof Error ? error.message : String(error)}`, where });
  }
  return {};
}
