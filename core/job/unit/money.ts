// Amounts of money, in US dollars: the currency that cloud prices are listed in.
import { parseAmount } from "./amount.ts";

/** US dollars, or undefined where the text is no amount of them. */
export function parseUsd(text: string): number | undefined {
  return parseAmount(text, { USD: 1 });
}
