// In which order integer kernels add up the products of one output channel, and which weights they take in pairs.
//
// ONNX Runtime's x86 kernels reorder a convolution's filter from [M, C, taps] to [taps, C, M], so the reduction runs over
// taps outside and input channels inside, by group: QLinearConv::ReorderFilter in core/providers/cpu/quantization/
// qlinearconv.cc (read at commit 009855c), MlasConvSymPackW in core/mlas/lib/convsym.cpp (02ed678: taps, then four channels).
// QGEMM packs four rows of K for each column (MlasGemmU8S8CopyPackBAvx2 in core/mlas/lib/amd64/QgemmU8S8KernelAvx2.asm, 08d7058);
// the vector product interleaves rows likewise (QgemvU8S8KernelAvx2.asm, 0c79f90). Without VNNI they multiply with VPMADDUBSW,
// which adds the products of elements 2i and 2i+1 into a saturated int16, and widen at once with VPMADDWD (macro
// MultiplyAccumulateRowAvx2 in ConvSymKernelAvx2.asm, 0f3cfe5). Depthwise kernels widen before they multiply
// (DepthwiseMultiplyAccumulateCellAvx2 there, qdwconv_avx2.cpp) and have no pairs.
// Checked too: onnxruntime 1.32.0 on an emulated Haswell (qemu-user) answers what saturating-kernel.ts says, in every output.
import { intAttribute } from "../onnx/attributes.ts";
import type { Node } from "../onnx/graph.ts";
import { elementCount } from "../onnx/tensor-data.ts";

export const REDUCTION_ORDER = "kernel taps, then input channels of the group; elements 2i and 2i+1 are a pair";

export interface ReductionOrder {
  readonly channels: number;
  /** Elements of the weight that one output channel adds up. */
  readonly length: number;
  /** Index of a channel's first element is channel times this. */
  readonly channel_stride: number;
  /** By position in the order: what is added to a channel's first index. */
  readonly offsets: Int32Array;
  /** Whether neighbours in this order are multiplied as pairs. */
  readonly paired: boolean;
}

/** `dims` and `channelAxis` of the weight of a Conv, Gemm or MatMul. */
export function reductionOrder(node: Node, dims: readonly number[], channelAxis: number): ReductionOrder {
  const channels = dims[channelAxis]!;
  const length = elementCount(dims) / channels;
  if (node.op !== "Conv") {
    const step = channelAxis === 0 ? 1 : channels;
    const offsets = Int32Array.from({ length }, (_, at) => at * step);
    return { channels, length, channel_stride: channelAxis === 0 ? length : 1, offsets, paired: true };
  }
  const inputs = dims[1]!;
  const taps = length / inputs;
  const offsets = Int32Array.from({ length }, (_, at) => (at % inputs) * taps + Math.floor(at / inputs));
  const depthwise = inputs === 1 && channels === intAttribute(node, "group", 1);
  return { channels, length, channel_stride: length, offsets, paired: !depthwise };
}
