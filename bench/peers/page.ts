// docs/benchmarks.md from the recorded results: fidelity and speed beside the peers.
import { mean } from "../../core/statistics/mean.ts";
import type { PairResult, SideResult } from "./compare-fidelity.ts";
import type { SpeedResult } from "./compare-speed.ts";

interface Facts {
  readonly command: string;
  readonly machine: { readonly cpu_model: string; readonly versions: Readonly<Record<string, string>> };
  readonly peers: Readonly<Record<string, string>>;
}

interface Side {
  readonly name: string;
  readonly kl_mean: number;
  /** Per cent of held-out pictures, mean over seeds. */
  readonly disagreement: number;
  readonly change_points: number;
}

type Fidelities = Facts & { readonly pairs: readonly PairResult[] };
type Speeds = Facts & { readonly networks: readonly SpeedResult[] };

/** A part that was not measured yet is left out. */
export function benchmarksPage(fidelity: Fidelities | undefined, speed: Speeds | undefined): string {
  return [
    "# Benchmarks",
    "",
    "Written by `npm run bench:peers`; the numbers stand in `bench/results/peers-*.json`. Do not edit by hand.",
    "",
    ...(fidelity ? fidelitySection(fidelity) : []),
    ...(speed ? speedSection(speed) : []),
  ].join("\n");
}

function fidelitySection(fidelity: Fidelities): string[] {
  return [
    "## Fidelity of int8 to fp32",
    "",
    ...fidelityIntroduction(fidelity),
    ...fidelityTable(fidelity.pairs),
    "",
    ...pooledLines(fidelity.pairs),
    "",
    "### Every recipe",
    "",
    "Mean over pairs and seeds; a recipe that fails anywhere is shown with its error.",
    "",
    ...recipeTable(fidelity.pairs),
    "",
  ];
}

function speedSection(speed: Speeds): string[] {
  return [
    "## Speed of int8 against fp32",
    "",
    `Random weights; one thread, batch 1, alternating blocks of 20 runs in one fresh process; ratio of medians with its 95 % interval over blocks. ${place(speed)}`,
    "",
    "```sh",
    `${speed.command} --only speed`,
    "```",
    "",
    ...speedTable(speed.networks),
    "",
  ];
}

function place({ machine, peers }: Facts): string {
  const versions = Object.entries(peers).map(([name, version]) => `${name} ${version}`);
  return `Machine: ${machine.cpu_model}. Peers: ${versions.join(", ")}.`;
}

function fidelityIntroduction(record: Fidelities): string[] {
  const [first] = record.pairs;
  const seeds = first?.seeds.length ?? 0;
  return [
    `A pretrained network with a linear probe on the data set, exported as fp32 ONNX; every side quantizes that file with the same ${first?.calibration_count} calibration pictures (Decant holds a fifth of them back to choose on) and is compared with fp32 on held-out pictures. Mean over ${seeds} draws of calibration pictures. ${place(record)}`,
    "",
    "```sh",
    record.command,
    "```",
    "",
  ];
}

/** By side; only sides that gave a file for every seed. */
function sidesOf({ seeds }: PairResult): Side[] {
  const names = Object.keys(seeds[0]?.sides ?? {});
  return names.flatMap((name) => {
    const results = seeds.map(({ sides }) => sides[name]).filter(isMeasured);
    if (results.length < seeds.length) return [];
    return [
      {
        name,
        kl_mean: mean(results.map((each) => each.kl_mean)),
        disagreement: mean(results.map((each) => (100 * each.disagreements) / each.n)),
        change_points: mean(results.map((each) => each.top1_change_points ?? 0)),
      },
    ];
  });
}

function isMeasured(result: SideResult | undefined): result is Exclude<SideResult, { readonly error: string }> {
  return result !== undefined && !("error" in result);
}

function bestPeer(sides: readonly Side[], by: "kl_mean" | "disagreement"): Side | undefined {
  const peers = sides.filter(({ name }) => name !== "decant");
  return peers.toSorted((a, b) => a[by] - b[by])[0];
}

function fidelityTable(pairs: readonly PairResult[]): string[] {
  const header = [
    "| Network | px | Data | n | fp32 top-1 | KL: Decant | KL: best peer | Other answers: Decant | Other answers: best peer | Top-1 change: Decant |",
    "|---|---|---|---|---|---|---|---|---|---|",
  ];
  const rows = pairs.map((pair) => {
    const sides = sidesOf(pair);
    const own = sides.find(({ name }) => name === "decant");
    const kl = bestPeer(sides, "kl_mean");
    const other = bestPeer(sides, "disagreement");
    return `| ${pair.network} | ${pair.size} | ${pair.data} (${pair.manifest_hash.slice(0, 8)}) | ${countOf(pair)} | ${pair.top1_fp32.toFixed(1)} % | **${own ? own.kl_mean.toFixed(5) : "failed"}** | ${kl ? `${kl.kl_mean.toFixed(5)} (${kl.name})` : "none"} | **${own ? own.disagreement.toFixed(2) : "failed"} %** | ${other ? `${other.disagreement.toFixed(2)} % (${other.name})` : "none"} | ${own ? signed(own.change_points) : ""} |`;
  });
  return [...header, ...rows];
}

function countOf({ seeds }: PairResult): number {
  return Object.values(seeds[0]?.sides ?? {}).find(isMeasured)?.n ?? 0;
}

function signed(points: number): string {
  return `${points < 0 ? "-" : "+"}${Math.abs(points).toFixed(2)}`;
}

/** The issue's own measure: mean over pairs, against the one peer recipe that is best over all pairs. */
function pooledLines(pairs: readonly PairResult[]): string[] {
  const all = pooled(pairs);
  const own = all.find(({ name }) => name === "decant");
  const kl = bestPeer(all, "kl_mean");
  const other = bestPeer(all, "disagreement");
  if (!own || !kl || !other) return ["No side gave a file for every pair and seed."];
  return [
    `Over ${pairs.length} pairs: KL ${own.kl_mean.toFixed(5)} against ${kl.kl_mean.toFixed(5)} of the best single recipe (${kl.name}): ${(kl.kl_mean / own.kl_mean).toFixed(1)} times closer. Other answers than fp32: ${own.disagreement.toFixed(2)} % against ${other.disagreement.toFixed(2)} % (${other.name}). Top-1 change ${signed(own.change_points)} points.`,
  ];
}

function pooled(pairs: readonly PairResult[]): Side[] {
  const perPair = pairs.map(sidesOf);
  const names = new Set(perPair.flatMap((sides) => sides.map(({ name }) => name)));
  return [...names].flatMap((name) => {
    const found = perPair.flatMap((sides) => sides.filter((side) => side.name === name));
    if (found.length < pairs.length) return [];
    const average = (field: "kl_mean" | "disagreement" | "change_points") => mean(found.map((side) => side[field]));
    return [
      {
        name,
        kl_mean: average("kl_mean"),
        disagreement: average("disagreement"),
        change_points: average("change_points"),
      },
    ];
  });
}

function recipeTable(pairs: readonly PairResult[]): string[] {
  const done = pooled(pairs).toSorted((a, b) => a.kl_mean - b.kl_mean);
  const rows = done.map(
    ({ name, kl_mean, disagreement, change_points }) =>
      `| ${name} | ${kl_mean.toFixed(5)} | ${disagreement.toFixed(2)} % | ${signed(change_points)} |`,
  );
  const names = Object.keys(pairs[0]?.seeds[0]?.sides ?? {});
  const failed = names.filter((name) => !done.some((side) => side.name === name));
  return [
    "| Recipe | KL | Other answers | Top-1 change |",
    "|---|---|---|---|",
    ...rows,
    ...failed.map((name) => `| ${name} | failed: ${firstError(pairs, name)} | | |`),
  ];
}

function firstError(pairs: readonly PairResult[], name: string): string {
  const results = pairs.flatMap(({ seeds }) => seeds.map(({ sides }) => sides[name]));
  const error = results.find((result) => result !== undefined && "error" in result);
  return cell(error !== undefined && "error" in error ? error.error : "no result");
}

function speedTable(networks: readonly SpeedResult[]): string[] {
  const header = ["| Network | px | fp32 p50 | Decant | Best peer | Peers that failed |", "|---|---|---|---|---|---|"];
  const rows = networks.map(({ network, size, fp32_ms_p50, sides }) => {
    const timed = Object.entries(sides).flatMap(([name, side]) => ("error" in side ? [] : [{ name, ...side }]));
    const failed = Object.entries(sides).flatMap(([name, side]) => ("error" in side ? [`${name}: ${side.error}`] : []));
    const own = timed.find(({ name }) => name === "decant");
    const best = timed.filter(({ name }) => name !== "decant").toSorted((a, b) => b.speedup - a.speedup)[0];
    const figure = (side: (typeof timed)[number] | undefined) =>
      side ? `${side.speedup.toFixed(2)} (${side.low.toFixed(2)}-${side.high.toFixed(2)})` : "failed";
    return `| ${network} | ${size} | ${fp32_ms_p50.toFixed(1)} ms | **${figure(own)}** | ${figure(best)}${best ? ` ${best.name}` : ""} | ${cell(failed.join("; "))} |`;
  });
  return [...header, ...rows];
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ").replaceAll("<", "&lt;");
}
