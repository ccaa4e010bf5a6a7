// Draws a split for every unit that has none: by its hash, so that adding data never moves one; then floors, so that a
// class can be trained and measured. Only units that no earlier run settled are moved for a floor.
import { compareCodePoints } from "../text/code-point-order.ts";
import type { Split } from "../workflow/records/plan.ts";
import type { Unit } from "./units.ts";

export const TRAIN_FLOOR = 5;
export const HELD_OUT_FLOOR = 5;
/** Below this a class gives no held-out samples for a floor's sake: its figures are not measured. */
export const FLOOR_CLASS_SIZE = 20;
const TEST_SHARE = 0.15;
const VALIDATION_SHARE = 0.15;

/** Split by unit key. @param units in order of fraction */
export function drawSplits(units: readonly Unit[]): Map<string, Split> {
  const table = createSplitTable(units);
  for (const label of table.labels) raiseTrain(table, label);
  for (const label of table.labels) {
    if (table.total(label) < FLOOR_CLASS_SIZE) continue;
    for (const split of ["test", "validation"] as const)
      raiseHeldOut(table, split, table.freshOf(label), () => table.count(split, label));
  }
  // Small classes alone: hold out some samples at all, or nothing can be measured.
  for (const split of ["test", "validation"] as const) raiseHeldOut(table, split, units, () => table.count(split));
  return table.splits;
}

function drawByHash({ fraction, choices, settled }: Unit): Split {
  if (settled !== undefined) return settled;
  const first = choices[0] ?? "train";
  if (choices.length === 1) return first;
  const testEnd = choices.includes("test") ? TEST_SHARE : 0;
  if (fraction < testEnd) return "test";
  return fraction < testEnd + (1 - testEnd) * VALIDATION_SHARE ? "validation" : "train";
}

interface SplitTable {
  readonly splits: Map<string, Split>;
  /** In code-point order. */
  readonly labels: readonly string[];
  total(label: string): number;
  /** Of a class, or of all. */
  count(split: Split, label?: string): number;
  /** Units of a class that may still move, in order of fraction. */
  freshOf(label: string): readonly Unit[];
  move(unit: Unit, to: Split): void;
}

function createSplitTable(units: readonly Unit[]): SplitTable {
  const splits = new Map<string, Split>();
  const counts = new Map<string, number>();
  const fresh = new Map<string, Unit[]>();
  const add = (id: string, by: number) => counts.set(id, (counts.get(id) ?? 0) + by);
  const labels = new Set<string>();
  const tally = (unit: Unit, split: Split, sign: number) => {
    for (const [label, count] of unit.counts) {
      add(`${split} ${label}`, sign * count);
      add(split, sign * count);
    }
  };
  for (const unit of units) {
    const split = drawByHash(unit);
    splits.set(unit.key, split);
    tally(unit, split, 1);
    for (const [label, count] of unit.counts) {
      labels.add(label);
      add(`all ${label}`, count);
      if (!isFresh(unit)) continue;
      const known = fresh.get(label);
      if (known) known.push(unit);
      else fresh.set(label, [unit]);
    }
  }
  return {
    splits,
    labels: [...labels].sort(compareCodePoints),
    total: (label) => counts.get(`all ${label}`) ?? 0,
    count: (split, label) => counts.get(label === undefined ? split : `${split} ${label}`) ?? 0,
    freshOf: (label) => fresh.get(label) ?? [],
    move(unit, to) {
      tally(unit, splits.get(unit.key) ?? "train", -1);
      splits.set(unit.key, to);
      tally(unit, to, 1);
    },
  };
}

function isFresh({ settled, choices }: Unit): boolean {
  return settled === undefined && choices.length > 1;
}

/** Gives a small class back what chance held out of its training. */
function raiseTrain(table: SplitTable, label: string): void {
  for (const from of ["validation", "test"] as const) {
    for (const unit of table.freshOf(label).toReversed()) {
      if (table.count("train", label) >= TRAIN_FLOOR) return;
      if (table.splits.get(unit.key) === from) table.move(unit, "train");
    }
  }
}

/** Moves units from train, nearest to the threshold first, until the floor holds or train would get too small. */
function raiseHeldOut(table: SplitTable, to: Split, units: readonly Unit[], count: () => number): void {
  for (const unit of units) {
    if (count() >= HELD_OUT_FLOOR) return;
    if (!isFresh(unit) || !unit.choices.includes(to) || table.splits.get(unit.key) !== "train") continue;
    const affordable = [...unit.counts].every(([label, samples]) => {
      // A group that holds much of a class stays in train: its class would be measured well and learnt badly.
      const isSmall = samples <= Math.max(1, table.total(label) / 4);
      return isSmall && table.count("train", label) - samples >= TRAIN_FLOOR;
    });
    if (affordable) table.move(unit, to);
  }
}
