// Which pretrained networks are known, with the input size and normalisation that they expect.
import architectures from "../../schemas/architectures.json" with { type: "json" };
import backbones from "../../schemas/backbones.json" with { type: "json" };
import type { Backbone } from "../workflow/records/plan.ts";

// The licence of the weights is the report's affair: here it would go into the tasks' input.
const { license: _, ...auto } = backbones.auto;

/** The pinned package that a teacher of `auto` means. */
export const AUTO_BACKBONE = auto as unknown as Backbone;

/** By timm name, from timm's own table of pretrained weights. */
export const ARCHITECTURES = architectures as unknown as Readonly<
  Record<string, Omit<Backbone, "architecture" | "weights">>
>;
