// What TimeLayers writes: how long layers of a network's kind take on the target, by width. core/layer-times and Python's
// compress/layer_times.py predict a model's latency from it; schemas/layer-times.schema.json is the same for Python.

/** TimeLayers' file beside output.json, which holds the same. */
export const LAYER_TIMES_FILE = "layer-times.json";

export interface LayerTimes {
  /** CPU model. */
  readonly machine: string;
  readonly threads: number;
  /** Name and version, e.g. "onnxruntime-node 1.30.0". */
  readonly runtime: string;
  /** The quantizer's key: the form of the int8 layers. */
  readonly quantizer: string;
  /** Widths are best multiples of this: the largest step at which a convolution's int8 kernels of this CPU begin more work. */
  readonly channel_multiple: number;
  /** One run's time beside all layers. */
  readonly fixed_us: number;
  readonly families: readonly LayerFamily[];
  /** Layers that the time limit left out, in words; they are predicted from their neighbours. */
  readonly left_out: readonly string[];
}

export type LayerKind =
  /** Every output channel from every input channel. */
  | "conv"
  /** One channel from one channel. */
  | "depthwise"
  /** In groups of several channels. */
  | "grouped"
  | "gemm"
  /** Operators without weights, of one width. */
  | "add"
  | "average-pool"
  | "max-pool"
  | "global-average-pool"
  | "activation"
  | "multiply"
  /** float32 to integers, and back, where precisions meet. */
  | "quantize"
  | "dequantize"
  /** From pixels to what the first convolution reads. */
  | "input";

/** Layers that differ in widths alone. */
export interface LayerFamily {
  readonly kind: LayerKind;
  readonly precision: "int8" | "fp32";
  /** Side of the filter or of the pooled window; 1 where there is none. */
  readonly kernel: number;
  readonly stride: number;
  /** Side of the output, px; 1 behind the global pooling. */
  readonly output_size: number;
  /** Holds for outputs that are multiples of this: kernels of other widths may be slower ones. 1: for all. */
  readonly multiple_of: number;
  /** Outputs are rounded up to a multiple of this before the grid is read. */
  readonly outputs_step: number;
  /** A rectangular grid, ascending by inputs, then by outputs. */
  readonly times: readonly LayerTime[];
}

export interface LayerTime {
  /** Input channels of one group: 1 for depthwise layers and for operators without weights. */
  readonly inputs: number;
  readonly outputs: number;
  readonly us: number;
}
