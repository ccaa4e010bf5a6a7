// Every quantizer, in alphabetical order of its key. A new one: its file, and a line here.
import { qdqU8s8 } from "./qdq-u8s8.ts";
import type { Quantizer } from "./quantizer.ts";

export const QUANTIZERS: readonly Quantizer[] = [qdqU8s8];
