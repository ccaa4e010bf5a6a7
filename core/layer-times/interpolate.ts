// A layer's time from a table of layer times. The rule, which Python follows too (schemas/vectors/layer-times.json):
// 1. Families of its kind and precision; of those, of the nearest kernel, then the nearest stride, then the largest
//    `multiple_of` that divides its outputs.
// 2. In a family: outputs rounded up to `outputs_step`, then bilinear in inputs and outputs; outside the grid in proportion.
// 3. Between the two output sizes around its own: linear in the output's area; outside of all: in proportion to the area.
// 4. A kernel that is not there: in proportion to the kernel's area.
import type { LayerFamily, LayerTime, LayerTimes } from "../workflow/records/layer-times.ts";
import type { Layer } from "./layer.ts";

export type LayerShape = Omit<Layer, "name">;

/** undefined where the table holds no layer of this kind and precision. */
export function layerMicroseconds({ families }: Pick<LayerTimes, "families">, layer: LayerShape): number | undefined {
  const alike = families.filter(({ kind, precision }) => kind === layer.kind && precision === layer.precision);
  const ofKernel = nearest(alike, ({ kernel }) => kernel, layer.kernel);
  const ofStride = nearest(ofKernel, ({ stride }) => stride, layer.stride);
  const fitting = ofStride.filter(({ multiple_of }) => layer.outputs % multiple_of === 0);
  const multiple = Math.max(...fitting.map(({ multiple_of }) => multiple_of));
  const sizes = fitting.filter(({ multiple_of }) => multiple_of === multiple);
  if (sizes.length === 0) return undefined;
  return atSize(sizes, layer) * (layer.kernel / sizes[0]!.kernel) ** 2;
}

/** Families whose value is nearest to the wanted one by ratio; the smaller where two are equally near. */
function nearest(
  families: readonly LayerFamily[],
  read: (family: LayerFamily) => number,
  wanted: number,
): LayerFamily[] {
  const distance = (value: number) => Math.max(value / wanted, wanted / value);
  const values = [...new Set(families.map(read))].sort((a, b) => distance(a) - distance(b) || a - b);
  return families.filter((family) => read(family) === values[0]);
}

function atSize(families: readonly LayerFamily[], layer: LayerShape): number {
  const size = layer.output_size;
  const below = largest(families.filter(({ output_size }) => output_size <= size));
  const above = smallest(families.filter(({ output_size }) => output_size >= size));
  const one = below ?? above!;
  if (below === undefined || above === undefined) return inFamily(one, layer) * (size / one.output_size) ** 2;
  if (below.output_size === above.output_size) return inFamily(below, layer);
  const [low, high] = [below.output_size ** 2, above.output_size ** 2];
  return between(inFamily(below, layer), inFamily(above, layer), (size ** 2 - low) / (high - low));
}

function largest(families: readonly LayerFamily[]): LayerFamily | undefined {
  return families.toSorted((a, b) => b.output_size - a.output_size)[0];
}

function smallest(families: readonly LayerFamily[]): LayerFamily | undefined {
  return families.toSorted((a, b) => a.output_size - b.output_size)[0];
}

function inFamily({ times, outputs_step }: LayerFamily, { inputs, outputs }: LayerShape): number {
  const rounded = Math.ceil(outputs / outputs_step) * outputs_step;
  const row = placeOn(unique(times.map((time) => time.inputs)), inputs);
  const column = placeOn(unique(times.map((time) => time.outputs)), rounded);
  const at = (wantedInputs: number, wantedOutputs: number) => timeAt(times, wantedInputs, wantedOutputs);
  const first = between(at(row.low, column.low), at(row.low, column.high), column.share);
  const second = between(at(row.high, column.low), at(row.high, column.high), column.share);
  return between(first, second, row.share) * row.beyond * column.beyond;
}

function timeAt(times: readonly LayerTime[], inputs: number, outputs: number): number {
  const found = times.find((time) => time.inputs === inputs && time.outputs === outputs);
  if (found === undefined) throw new Error(`Expected a rectangular grid with a time of ${inputs} x ${outputs}`);
  return found.us;
}

interface Place {
  readonly low: number;
  readonly high: number;
  /** Of the way from low to high. */
  readonly share: number;
  /** Factor outside the axis; 1 inside. */
  readonly beyond: number;
}

function placeOn(axis: readonly number[], value: number): Place {
  const [first, last] = [axis[0]!, axis.at(-1)!];
  const inside = Math.min(Math.max(value, first), last);
  const high = axis.find((point) => point >= inside)!;
  const low = axis.findLast((point) => point <= inside)!;
  return { low, high, share: high === low ? 0 : (inside - low) / (high - low), beyond: value / inside };
}

function unique(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

function between(low: number, high: number, share: number): number {
  return low + (high - low) * share;
}
