// What a CPU's flags say about int8 inference in ONNX Runtime's kernels (MLAS). Pure.

export interface Int8Speed {
  readonly level: "dot-product" | "saturating" | "plain";
  readonly explanation: string;
}

const DOT_PRODUCT_FLAGS = ["avx512_vnni", "avx_vnni", "asimddp", "i8mm", "amx_int8"];

/** Which int8 path a CPU with these flags takes, and what follows for speed and accuracy. */
export function int8Speed(flags: readonly string[]): Int8Speed {
  const dotProduct = DOT_PRODUCT_FLAGS.filter((flag) => flags.includes(flag));
  if (dotProduct.length > 0) {
    return {
      level: "dot-product",
      explanation: `int8 dot products in hardware (${dotProduct.join(", ")}): int8 is usually 2 to 3 times faster than fp32`,
    };
  }
  if (flags.includes("avx2")) {
    return {
      level: "saturating",
      explanation:
        "AVX2 without VNNI: pairs of u8*s8 products are added in 16 bits and can saturate, so accuracy may differ from other CPUs",
    };
  }
  return { level: "plain", explanation: "no int8 instructions known: int8 may be slower than fp32 here" };
}
