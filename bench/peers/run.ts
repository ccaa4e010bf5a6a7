// Decant beside its peers, with the same pictures, pretrained weights and runtime on every side: whole chains, the fidelity
// of quantizers, the speed of their files.
// Usage: npm run bench:peers -- --data ../shared/data/flowers [--data MORE ...] [--pooled DIR ...] [--only chain|fidelity|speed|page]
//   [--seeds 3] [--samples 128] [--networks 3] and for chains [--size "1.5 MB"] [--time "5 min"] [--shares 8,12,16]
//   [--siblings 80,96,112,128,160,224] [--pruned 96,128,160]; see options.ts.
// Makes the peers' environment first: python -m venv .venv-peers, pip install -r bench/peers/requirements.txt.
// Records in bench/results/peers-*.json as results come, so that the same command goes on after it was killed; then writes
// docs/benchmarks.md, docs/front.svg and the README's picture.
import { mkdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readMachine } from "../../adapters/machine.ts";
import { pythonInterpreter } from "../../cli/laptop/python.ts";
import { recordedMachine } from "../recorded-machine.ts";
import { resultFile } from "../result-file.ts";
import { bestRecipe } from "./chain/best-recipe.ts";
import { compareChains } from "./chain/compare-chain.ts";
import type { ChainRecord } from "./chain/record.ts";
import { ensurePeers, peerVersions } from "./environment.ts";
import { compareFidelity } from "./fidelity/compare-fidelity.ts";
import type { FidelityRecord } from "./fidelity/record.ts";
import { commandOf, type Part, type PeersOptions, readOptions } from "./options.ts";
import { writePages } from "./page/write-pages.ts";
import { poolDomains } from "./samples.ts";
import { compareSpeed } from "./speed/compare-speed.ts";
import type { SpeedRecord } from "./speed/record.ts";
import { stage } from "./stage.ts";

const FILES = {
  chain: resultFile<ChainRecord>("peers-chain"),
  fidelity: resultFile<FidelityRecord>("peers-fidelity"),
  speed: resultFile<SpeedRecord>("peers-speed"),
};

async function writeAllPages(): Promise<void> {
  const [chain, fidelity, speed] = [await FILES.chain.read(), await FILES.fidelity.read(), await FILES.speed.read()];
  await writePages({ chain, fidelity, speed });
}

/** Folders to read, pooled ones copied together once. */
async function sourcesOf({ data, pooled, work }: PeersOptions): Promise<string[]> {
  const sources = [...data];
  for (const each of pooled) {
    const folder = join(work, "pooled", basename(resolve(each)));
    sources.push(await stage(`${folder}.json`, () => poolDomains(each, folder)));
  }
  return sources;
}

async function compare(options: PeersOptions): Promise<void> {
  const { work, samples, seeds, networks } = options;
  await mkdir(work, { recursive: true });
  const project = pythonInterpreter(process.env);
  const peers = await ensurePeers(options.peers ?? fileURLToPath(new URL("../../.venv-peers", import.meta.url)));
  const machine = recordedMachine(await readMachine(project));
  const facts = { machine, peers: await peerVersions(peers) };
  const common = (part: Part) => ({ work, peers, project, facts, command: commandOf(part, options) });
  const sources = await sourcesOf(options);
  const wanted = (part: Part) => options.parts.includes(part);
  if (wanted("fidelity")) {
    await compareFidelity({ ...common("fidelity"), samples, seeds, networks, file: FILES.fidelity }, sources);
  }
  if (wanted("speed")) await compareSpeed({ ...common("speed"), file: FILES.speed }, sources[0]!);
  if (wanted("chain")) {
    const quantizer = bestRecipe(await FILES.fidelity.read());
    const settings = { ...options.chain, quantizer, calibration_count: samples };
    await compareChains({ ...common("chain"), seeds, settings }, sources, FILES.chain, writeAllPages);
  }
}

const options = readOptions(process.argv.slice(2));
if (options.parts.some((part) => part !== "page")) await compare(options);
await writeAllPages();
