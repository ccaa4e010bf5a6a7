// The options of npm run bench:peers, checked; and the command that repeats a run of it.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

export const PARTS = ["fidelity", "speed", "chain", "page"] as const;
export type Part = (typeof PARTS)[number];

export interface PeersOptions {
  readonly parts: readonly Part[];
  readonly data: readonly string[];
  /** Folders of domain/class: their domains become one set. */
  readonly pooled: readonly string[];
  readonly seeds: number;
  readonly samples: number;
  /** The first so many of FIDELITY_NETWORKS. */
  readonly networks: number;
  /** The peers' environment, where one stands elsewhere than in .venv-peers. */
  readonly peers: string | undefined;
  /** Scratch that outlives a killed run. */
  readonly work: string;
  readonly chain: {
    readonly size: string;
    readonly time: string;
    readonly shares: readonly number[];
    readonly sibling_sizes: readonly number[];
    readonly pruned_sizes: readonly number[];
  };
}

export function readOptions(args: readonly string[]): PeersOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: "string", multiple: true, default: [] },
      pooled: { type: "string", multiple: true, default: [] },
      only: { type: "string", multiple: true, default: [] },
      seeds: { type: "string", default: "3" },
      samples: { type: "string", default: "128" },
      networks: { type: "string", default: "3" },
      peers: { type: "string" },
      work: { type: "string", default: join(tmpdir(), "decant-bench-peers") },
      size: { type: "string", default: "1.5 MB" },
      time: { type: "string", default: "5 min" },
      shares: { type: "string", default: "8,12,16" },
      siblings: { type: "string", default: "80,96,112,128,160,224" },
      pruned: { type: "string", default: "96,128,160" },
    },
  });
  const parts = values.only.length === 0 ? PARTS : values.only.map(asPart);
  if (values.data.length + values.pooled.length === 0 && parts.some((part) => part !== "page"))
    throw new Error("Expected --data FOLDER or --pooled FOLDER; see the first lines of bench/peers/run.ts.");
  return {
    parts,
    data: values.data,
    pooled: values.pooled,
    seeds: wholeNumber("--seeds", values.seeds),
    samples: wholeNumber("--samples", values.samples),
    networks: wholeNumber("--networks", values.networks),
    peers: values.peers,
    work: values.work,
    chain: {
      size: values.size,
      time: values.time,
      shares: wholeNumbers("--shares", values.shares),
      sibling_sizes: wholeNumbers("--siblings", values.siblings),
      pruned_sizes: wholeNumbers("--pruned", values.pruned),
    },
  };
}

/** What to type for one part's results; where environments and scratch lie changes none. */
export function commandOf(part: Part, options: PeersOptions): string {
  const { data, pooled, seeds, samples, networks, chain } = options;
  const sources = [...data.map((each) => `--data ${each}`), ...pooled.map((each) => `--pooled ${each}`)];
  const own: Readonly<Record<Part, readonly string[]>> = {
    fidelity: [`--seeds ${seeds}`, `--networks ${networks}`, `--samples ${samples}`],
    speed: [],
    chain: [
      `--seeds ${seeds}`,
      `--samples ${samples}`,
      ...[`--size "${chain.size}"`, `--time "${chain.time}"`, `--shares ${chain.shares.join(",")}`],
      ...[`--siblings ${chain.sibling_sizes.join(",")}`, `--pruned ${chain.pruned_sizes.join(",")}`],
    ],
    page: [],
  };
  return ["npm run bench:peers --", `--only ${part}`, ...sources, ...own[part]].join(" ");
}

function asPart(text: string): Part {
  const part = PARTS.find((each) => each === text);
  if (part === undefined) throw new Error(`Expected --only ${PARTS.join(", ")}, got ${text}.`);
  return part;
}

function wholeNumbers(option: string, text: string): number[] {
  return text === "" ? [] : text.split(",").map((each) => wholeNumber(option, each));
}

function wholeNumber(option: string, text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new Error(`Expected ${option} as whole numbers above 0, got ${text}.`);
  return Number(text);
}
