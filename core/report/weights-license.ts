// Licences of the weights packages that we know; for other sources the report says that it doesn't know.
import backbones from "../../schemas/backbones.json" with { type: "json" };
import type { WeightsSource } from "../workflow/records/plan.ts";

export const UNKNOWN_LICENSE = "unknown";

export function weightsLicense(source: WeightsSource): string {
  const known = Object.values(backbones).find(
    ({ weights }) => source.kind === "package" && weights.package === source.package,
  );
  return known?.license ?? UNKNOWN_LICENSE;
}

/** Where the weights came from, in words; never a path on the machine that trained. */
export function weightsOrigin(source: WeightsSource): string {
  if (source.kind === "package") return `${source.package} ${source.version}`;
  if (source.kind === "timm") return `timm:${source.name}`;
  return `file:${source.path.split(/[\\/]/).at(-1) ?? source.path}`;
}
