// The job's teacher -> the network, its weights and what they were trained with.
import type { Problem } from "../errors/problem.ts";
import type { ResolvedJob } from "../job/resolved-job.ts";
import { didYouMean } from "../text/did-you-mean.ts";
import type { Backbone } from "../workflow/records/plan.ts";
import { ARCHITECTURES, AUTO_BACKBONE } from "./backbone-facts.ts";

/** `file`: the weights file, a path or an s3:// address, still has to be found and hashed. */
export type ChosenBackbone =
  | { readonly backbone: Backbone }
  | { readonly file: string; readonly facts: Omit<Backbone, "weights"> }
  | { readonly problem: Problem };

export function chooseBackbone({ teacher, architecture }: ResolvedJob["model"]): ChosenBackbone {
  if (teacher === "auto") return { backbone: AUTO_BACKBONE };
  const isFile = teacher.startsWith("file:") || teacher.startsWith("s3://");
  const name = isFile ? (architecture ?? "") : teacher.slice("timm:".length);
  const facts = Object.hasOwn(ARCHITECTURES, name) ? ARCHITECTURES[name] : undefined;
  if (facts === undefined) {
    const known = Object.keys(ARCHITECTURES);
    const message = `Expected a network whose input size and normalisation are known, got ${name}.${didYouMean(name, known)} Known: ${known.join(", ")}.`;
    return { problem: { message, where: isFile ? "/model/architecture" : "/model/teacher" } };
  }
  const backbone = { architecture: name, ...facts };
  return isFile
    ? { file: teacher.replace(/^file:/, ""), facts: backbone }
    : { backbone: { ...backbone, weights: { kind: "timm", name } } };
}
