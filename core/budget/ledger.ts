// A budget of one quantity that runs out: what was charged for what, what is left, whether another piece fits.

export interface Charge {
  readonly what: string;
  readonly amount: number;
}

export interface Ledger {
  readonly limit: number;
  readonly charges: readonly Charge[];
}

export function openLedger(limit: number): Ledger {
  if (!(limit >= 0)) throw new RangeError(`Expected a limit of at least 0, got ${limit}`);
  return { limit, charges: [] };
}

export function charge(ledger: Ledger, what: string, amount: number): Ledger {
  if (!(amount >= 0)) throw new RangeError(`Expected to charge at least 0 for ${what}, got ${amount}`);
  return { ...ledger, charges: [...ledger.charges, { what, amount }] };
}

/** Negative where more was charged than the limit. */
export function left(ledger: Ledger): number {
  return ledger.charges.reduce((rest, { amount }) => rest - amount, ledger.limit);
}

export function fits(ledger: Ledger, amount: number): boolean {
  return amount <= left(ledger);
}
