// Static quantization in QDQ form with int8 activations too. ONNX Runtime's Arm kernels multiply signed by signed (SDOT, SMMLA,
// or SMULL and SADALP, mlas/lib/aarch64); uint8 activations cost them a flip of every sign bit. On x86 it is the slow form.
import { planQdq } from "../quantization/qdq-plan.ts";
import type { Quantizer } from "./quantizer.ts";

export const qdqS8s8: Quantizer = {
  key: "qdq-s8s8",
  description: "QDQ form, int8 activations, symmetric int8 weights",
  architectures: ["arm64"],
  // Two products of int8 by -127..127 fit int16: 2 * 128 * 127 = 32,512.
  saturates: false,
  plan: (model, options) => planQdq(model, options, "int8"),
};
