// Fidelity of int8 to fp32: a row for each network and data set, then all of them pooled, recipe by recipe.
import { bestPeer, namesIn, type PooledSide, pooledSides, sidesOfPair } from "../fidelity/pooled.ts";
import { type FidelityRecord, isMeasured, type PairResult } from "../fidelity/record.ts";
import { HOPELESS_RATIO, SLOW_RECIPES } from "../fidelity/worth-repeating.ts";
import { cell, interval, place, shell, signed, signedInterval, table } from "./markdown.ts";

export function fidelitySection(record: FidelityRecord): string[] {
  const { pairs } = record;
  const pooled = pooledSides(pairs);
  return [
    "## Fidelity of int8 to fp32",
    "",
    introduction(record),
    "",
    ...shell([record.command]),
    "",
    ...pairTable(pairs),
    "",
    pooledLine(pairs.length, pooled),
    "",
    "### Every recipe",
    "",
    `Mean over pairs (95 % intervals: bootstrap over pairs, of top-1 over pictures). ${SLOW_RECIPES.join(", ")}, recipes that fail, and those whose KL on the first draw was over ${HOPELESS_RATIO} times the best peer's were measured on that draw only.`,
    "",
    ...recipeTable(pairs, pooled),
    "",
  ];
}

function introduction(record: FidelityRecord): string {
  const counts = [...new Set(record.pairs.map(({ calibration_count }) => calibration_count))].join(" or ");
  const draws = record.pairs.map(({ seeds }) => seeds.length);
  const [fewest, most] = [Math.min(...draws), Math.max(...draws)];
  return `A pretrained network with a linear probe on the data set, exported as fp32 ONNX; every side quantizes that file with the same ${counts} calibration pictures (Decant holds a fifth of them back to choose on) and is compared with fp32 on held-out pictures. Means over ${fewest === most ? most : `${fewest} to ${most}`} ${most === 1 ? "draw" : "draws"} of calibration pictures. ${place(record, record.pairs)}`;
}

function pairTable(pairs: readonly PairResult[]): string[] {
  const header = ["Network", "px", "Data", "n", "fp32 top-1", "KL: Decant", "KL: best peer"];
  const more = ["Other answers: Decant", "Other answers: best peer", "Top-1 change: Decant"];
  const rows = pairs.map((pair) => {
    const sides = sidesOfPair(pair);
    const own = sides.find(({ name }) => name === "decant");
    const kl = bestPeer(sides, ({ kl_mean }) => kl_mean);
    const other = bestPeer(sides, ({ disagreement }) => disagreement);
    return [
      ...[pair.network, String(pair.size), `${pair.data} (${pair.manifest_hash.slice(0, 8)})`, String(countOf(pair))],
      `${pair.top1_fp32.toFixed(1)} %`,
      `**${own ? own.kl_mean.toFixed(5) : "failed"}**`,
      kl ? `${kl.kl_mean.toFixed(5)} (${kl.name})` : "none",
      `**${own ? `${own.disagreement.toFixed(2)} %` : "failed"}**`,
      other ? `${other.disagreement.toFixed(2)} % (${other.name})` : "none",
      own ? signed(own.change_points) : "",
    ];
  });
  return table([...header, ...more], rows);
}

function countOf({ seeds }: PairResult): number {
  return Object.values(seeds[0]?.sides ?? {}).find(isMeasured)?.n ?? 0;
}

/** The measure of the project's promise: mean over pairs, against the one peer recipe that is best over all pairs. */
function pooledLine(pairs: number, pooled: readonly PooledSide[]): string {
  const own = pooled.find(({ name }) => name === "decant");
  const kl = bestPeer(pooled, (side) => side.kl.value);
  const other = bestPeer(pooled, ({ disagreement }) => disagreement.value);
  if (!own || !kl || !other) return "No side gave a file for every pair and draw.";
  const change = own.change ? signedInterval(own.change) : signed(own.change_points);
  return `Over ${pairs} pairs: KL ${interval(own.kl, 5)} against ${interval(kl.kl, 5)} of the best single recipe (${kl.name}): ${(kl.kl.value / own.kl.value).toFixed(1)} times closer. Other answers than fp32: ${interval(own.disagreement, 2)} % against ${interval(other.disagreement, 2)} % (${other.name})${other.disagreement.value > 0 ? `: ${(own.disagreement.value / other.disagreement.value).toFixed(2)} times as many` : ""}. Top-1 change ${change} points${own.change ? `, n = ${own.change.n} pictures` : ""}.`;
}

function recipeTable(pairs: readonly PairResult[], pooled: readonly PooledSide[]): string[] {
  const done = pooled.toSorted((a, b) => a.kl.value - b.kl.value);
  const rows = done.map(({ name, kl, disagreement, change, change_points, draws }) => [
    name,
    interval(kl, 5),
    `${interval(disagreement, 2)} %`,
    change ? signedInterval(change) : signed(change_points),
    String(draws),
  ]);
  const names = namesIn(pairs.flatMap(({ seeds }) => seeds.map(({ sides }) => sides)));
  const failed = names.filter((name) => !done.some((side) => side.name === name));
  const failures = failed.map((name) => [name, firstError(pairs, name), "", "", ""]);
  return table(["Recipe", "KL", "Other answers", "Top-1 change", "Draws"], [...rows, ...failures]);
}

function firstError(pairs: readonly PairResult[], name: string): string {
  const results = pairs.flatMap(({ seeds }) => seeds.map(({ sides }) => sides[name]));
  const failed = results.find((result) => result !== undefined && !isMeasured(result));
  return failed !== undefined && !isMeasured(failed)
    ? `failed: ${cell(failed.error)}`
    : "not measured on every pair yet";
}
