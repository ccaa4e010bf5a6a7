// What the comparison of int8 speeds records.
import type { Facts } from "../fidelity/record.ts";

export interface SpeedResult {
  readonly network: string;
  readonly size: number;
  /** Ratios differ by CPU, so each has its own result. */
  readonly cpu_model: string;
  readonly fp32_ms_p50: number;
  /** Decant's quantizer, as the step's version. */
  readonly version?: number;
  readonly sides: Readonly<
    Record<
      string,
      { readonly speedup: number; readonly low: number; readonly high: number } | { readonly error: string }
    >
  >;
}

export interface SpeedRecord extends Facts {
  readonly command: string;
  readonly networks: readonly SpeedResult[];
}
