// Static quantization in QDQ form: uint8 activations, symmetric int8 weights. The form that ONNX Runtime's CPU kernels
// turn into integer operators; measured fastest and closest to fp32 on x86 with VNNI. Without VNNI its kernels saturate.
import { planQdq } from "../quantization/qdq-plan.ts";
import type { Quantizer } from "./quantizer.ts";

export const qdqU8s8: Quantizer = {
  key: "qdq-u8s8",
  description: "QDQ form, uint8 activations, symmetric int8 weights",
  architectures: ["x64", "ia32"],
  saturates: true,
  plan: (model, options) => planQdq(model, options, "uint8"),
};
