// Every quantizer, in alphabetical order of its key. A new one: its file, and a line here.
import { qdqS8s8 } from "./qdq-s8s8.ts";
import { qdqU8s8 } from "./qdq-u8s8.ts";
import type { Quantizer } from "./quantizer.ts";

export const QUANTIZERS: readonly Quantizer[] = [qdqS8s8, qdqU8s8];

/** The form that runs fastest on machines of an architecture; the x86 form, which every machine runs, for unknown ones. */
export function quantizerFor(architecture: string): Quantizer {
  return QUANTIZERS.find(({ architectures }) => architectures.includes(architecture)) ?? qdqU8s8;
}

export function quantizerOf(key: string): Quantizer | undefined {
  return QUANTIZERS.find((quantizer) => quantizer.key === key);
}
