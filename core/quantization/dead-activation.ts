// Clip and Relu before QuantizeLinear do nothing when what they cut off saturates anyway. Exact, or they stay.
import { floatAttribute } from "../onnx/attributes.ts";
import type { Node } from "../onnx/graph.ts";
import type { Lookup } from "../onnx/lookup.ts";
import { floats } from "../onnx/tensor-data.ts";
import { type Affine, quantize, UINT8 } from "./arithmetic.ts";

/**
 * Whether QuantizeLinear(node(x)) equals QuantizeLinear(x) for every x. Quantization is monotone, so it is enough that
 * the lower bound already gives 0 and the upper one 255.
 */
export function isDeadActivation(node: Node, affine: Affine, lookup: Lookup): boolean {
  const bounds = boundsOf(node, lookup);
  if (bounds === undefined) return false;
  const lowDead = bounds.low === -Infinity || quantize(bounds.low, affine, UINT8) === UINT8.low;
  const highDead = bounds.high === Infinity || quantize(bounds.high, affine, UINT8) === UINT8.high;
  return lowDead && highDead;
}

function boundsOf(node: Node, { constants }: Lookup): { low: number; high: number } | undefined {
  if (node.op === "Relu") return { low: 0, high: Infinity };
  if (node.op !== "Clip") return undefined;
  const low = bound(node, 1, "min", -Infinity);
  const high = bound(node, 2, "max", Infinity);
  return low === undefined || high === undefined || low > high ? undefined : { low, high };

  /** Since opset 11 an input, before that an attribute. */
  function bound(clip: Node, input: number, attribute: string, fallback: number): number | undefined {
    const name = clip.inputs[input] ?? "";
    if (name === "") return floatAttribute(clip, attribute, fallback);
    const tensor = constants.get(name);
    return tensor?.type === "float32" && tensor.bytes.length === 4 ? floats(tensor)[0] : undefined;
  }
}
