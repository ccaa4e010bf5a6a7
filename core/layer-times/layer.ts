// A network as its layers, as far as their time depends on it: what core/layer-times reads off a graph and predicts from.
import type { LayerFamily } from "../workflow/records/layer-times.ts";

export interface Layer extends Pick<LayerFamily, "kind" | "precision" | "kernel" | "stride" | "output_size"> {
  /** Name of the node, for messages. */
  readonly name: string;
  /** Input channels of one group: 1 for depthwise layers and for operators without weights. */
  readonly inputs: number;
  readonly outputs: number;
}
