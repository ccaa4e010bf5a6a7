// docs/benchmarks.md from the recorded results: the whole chain, fidelity and speed beside the peers.
import type { ChainRecord } from "../chain/record.ts";
import type { FidelityRecord } from "../fidelity/record.ts";
import type { SpeedRecord } from "../speed/record.ts";
import { chainSection } from "./chain-section.ts";
import { fidelitySection } from "./fidelity-section.ts";
import { speedSection } from "./speed-section.ts";

export interface Results {
  readonly chain: ChainRecord | undefined;
  readonly fidelity: FidelityRecord | undefined;
  readonly speed: SpeedRecord | undefined;
}

/** A part that was not measured yet is left out. `picture`: whether docs/front.svg is there. */
export function benchmarksPage({ chain, fidelity, speed }: Results, picture: boolean): string {
  return [
    "# Benchmarks",
    "",
    "Written by `npm run bench:peers`; the numbers stand in `bench/results/peers-*.json`. Do not edit by hand.",
    "",
    ...(chain ? chainSection(chain, picture) : []),
    ...(fidelity ? fidelitySection(fidelity) : []),
    ...(speed ? speedSection(speed) : []),
  ].join("\n");
}
