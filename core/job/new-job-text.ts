// The commented job file that `decant init` writes. What it writes, parseJob reads.
import type { SuggestedBudget } from "./suggest-budget.ts";

export interface NewJob {
  readonly name: string;
  /** Relative to the job's file, or absolute. */
  readonly source: string;
  /** What was found, for the comment beside the source: one line. */
  readonly found: string;
  readonly budget: SuggestedBudget;
}

const NAME_LENGTH = 40;

export function jobText({ name, source, found, budget }: NewJob): string {
  return `# What to compress, for which device and within which budget. Every key is explained in docs/reference.md.
# Next: decant run FILE --dry-run shows the plan; decant run FILE does it.
version: 1
name: ${plainText(name)} # runs, splits and published files are kept under it
task: image-classification

data:
  source: ${JSON.stringify(source)} # ${found.replaceAll(/\s+/g, " ")}
  # group: patient # a manifest's column whose equal values never stand on two sides of a split
  # resize: cover # centre crop; or contain (black bars), stretch

model:
  teacher: auto # EfficientNet-Lite0 with ImageNet weights; or timm:NAME, file:weights.safetensors
  candidates: auto # smaller versions of it
  # input-sizes: [160, 128] # to choose among; left out: worked out from the images

target:
  device: this-machine
  threads: 1

# Promises: each is checked on the file that ships. One that is left out is not made.
budget:
  size: ${budget.size} # of model.onnx; MB = 10^6 bytes, MiB = 2^20
  accuracy-drop: ${budget.accuracy_drop} # percentage points of top-1, teacher minus shipped file, on the same test images
  time: ${budget.time} # of the whole run
  # latency-p95: 10 ms # one image, no decoding, on this machine
  # spend: 2 USD # in the cloud

seed: 0
`;
}

/** Quoted where YAML would read a number or a truth value. */
function plainText(name: string): string {
  return /^[a-z]/.test(name) && !/^(?:true|false|null)$/.test(name) ? name : JSON.stringify(name);
}

/** A job name out of any text. */
export function jobNameFrom(text: string): string {
  const plain = text
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, NAME_LENGTH)
    .replaceAll(/-+$/g, "");
  return plain === "" ? "job" : plain;
}
