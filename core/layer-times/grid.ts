// Which widths of which layers are timed: for each family of layers that a network has at the planned input sizes, a few
// widths between an eighth of its narrowest and its widest. Kernels are linear between their steps, so few are enough.
import type { LayerFamily } from "../workflow/records/layer-times.ts";
import type { LayerShape } from "./interpolate.ts";
import { type LayerNetwork, resized } from "./layer.ts";

export type FamilyShape = Omit<LayerFamily, "times" | "outputs_step">;

export interface PlannedFamily {
  readonly shape: FamilyShape;
  /** Ascending by inputs, then by outputs. */
  readonly layers: readonly LayerShape[];
}

const SHARE_MIN = 1 / 8;
/** Widths of a layer that is measured on its own, between and including the ends. */
const POINTS = 3;
const WIDTH_STEP = 16;
/** Odd widths are rare, since pruning avoids them. */
const ODD_POINTS = 3;
const ODD = 8;

/** `depthwise_multiple`: widths of int8 depthwise layers that have a quicker kernel; 1 where all are alike. */
export function planFamilies(
  network: LayerNetwork,
  sizes: readonly number[],
  depthwise_multiple: number,
): PlannedFamily[] {
  const found = new Map<string, { shape: FamilyShape; inputs: Set<number>; outputs: Set<number> }>();
  for (const input_size of sizes) {
    for (const layer of resized(network, { input_size, widths_ratio: 1, multiple: 1 })) {
      const { kind, precision, kernel, stride, output_size, inputs, outputs } = layer;
      const multiple_of = kind === "depthwise" && precision === "int8" ? depthwise_multiple : 1;
      const shape = { kind, precision, kernel, stride, output_size, multiple_of };
      const key = JSON.stringify(shape);
      const entry = found.get(key) ?? { shape, inputs: new Set(), outputs: new Set() };
      entry.inputs.add(inputs);
      entry.outputs.add(outputs);
      found.set(key, entry);
    }
  }
  return [...found.values()].flatMap(({ shape, inputs, outputs }) => {
    const even = planned(shape, axis(inputs, POINTS, 0), axis(outputs, POINTS, 0));
    if (shape.multiple_of === 1) return [even];
    return [even, planned({ ...shape, multiple_of: 1 }, [1], axis(outputs, ODD_POINTS, ODD))];
  });
}

/** `offset` is added to every width that may change. */
function axis(widths: ReadonlySet<number>, points: number, offset: number): number[] {
  const all = [...widths];
  const last = Math.max(...all);
  if (last < WIDTH_STEP) return [...new Set(all)].sort((a, b) => a - b);
  const rounded = (width: number) => Math.max(1, Math.round(width / WIDTH_STEP)) * WIDTH_STEP;
  const first = Math.min(rounded(Math.min(...all) * SHARE_MIN), rounded(last));
  const ratio = (last / first) ** (1 / (points - 1));
  const between = Array.from({ length: points - 2 }, (_, at) => rounded(first * ratio ** (at + 1)));
  return [...new Set([first, ...between, last])].map((width) => width + offset).sort((a, b) => a - b);
}

function planned(shape: FamilyShape, inputs: readonly number[], outputs: readonly number[]): PlannedFamily {
  const { kind, precision, kernel, stride, output_size } = shape;
  const layers = inputs.flatMap((input) =>
    outputs.map((output) => ({ kind, precision, kernel, stride, output_size, inputs: input, outputs: output })),
  );
  return { shape, layers };
}
