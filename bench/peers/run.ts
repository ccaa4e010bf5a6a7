// Decant's quantizer beside its peers: same fp32 file, same calibration pixels, same held-out pixels, same runtime.
// Usage: npm run bench:peers -- --data ../shared/data/flowers [--data MORE ...] [--seeds 3] [--samples 300] [--networks 3]
//   [--only fidelity|speed]
// A data set of domain/class folders is named with --pooled: its domains become one set.
// Makes the peers' environment first: python -m venv .venv-peers, pip install -r bench/peers/requirements.txt.
// Records everything in bench/results/peers-*.json and writes the table of docs/benchmarks.md.
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readMachine } from "../../adapters/machine.ts";
import { pythonInterpreter } from "../../cli/laptop/python.ts";
import { compareFidelity } from "./compare-fidelity.ts";
import { compareSpeed } from "./compare-speed.ts";
import { ensurePeers, peerVersions } from "./environment.ts";
import { benchmarksPage } from "./page.ts";
import { poolDomains } from "./samples.ts";

const projectRoot = fileURLToPath(new URL("../../", import.meta.url));
const { values } = parseArgs({
  options: {
    data: { type: "string", multiple: true, default: [] },
    pooled: { type: "string", multiple: true, default: [] },
    seeds: { type: "string", default: "3" },
    samples: { type: "string", default: "300" },
    networks: { type: "string", default: "3" },
    only: { type: "string" },
    peers: { type: "string", default: join(projectRoot, ".venv-peers") },
  },
});
if (values.data.length === 0) throw new Error("Expected --data FOLDER; see the first lines of the file.");

const peers = await ensurePeers(values.peers);
const machine = await readMachine(pythonInterpreter(process.env));
const folder = await mkdtemp(join(tmpdir(), "decant-peers-"));
const project = pythonInterpreter(process.env);
const context = {
  folder,
  peers,
  project,
  samples: Number(values.samples),
  seeds: Number(values.seeds),
  networks: Number(values.networks),
};
const facts = { machine: { ...machine, cpu_flags: undefined }, peers: await peerVersions(peers) };
const named = [...values.data.map((each) => `--data ${each}`), ...values.pooled.map((each) => `--pooled ${each}`)];
const command = `npm run bench:peers -- ${named.join(" ")} --seeds ${values.seeds} --networks ${values.networks} --samples ${values.samples}`;
const resultFile = (name: string) => join(projectRoot, "bench/results", `peers-${name}.json`);
const keep = (name: string, record: object) =>
  writeFile(resultFile(name), `${JSON.stringify({ command, ...record, ...facts }, null, 2)}\n`);

try {
  const sources = [...values.data];
  for (const each of values.pooled) sources.push(await poolDomains(each, join(folder, basename(resolve(each)))));
  if (values.only !== "speed") await keep("fidelity", { pairs: await compareFidelity(context, sources) });
  if (values.only !== "fidelity") await keep("speed", { networks: await compareSpeed(context, values.data[0]!) });
  const read = async (name: string) =>
    existsSync(resultFile(name)) ? JSON.parse(await readFile(resultFile(name), "utf8")) : undefined;
  await writeFile(join(projectRoot, "docs/benchmarks.md"), benchmarksPage(await read("fidelity"), await read("speed")));
} finally {
  await rm(folder, { recursive: true, force: true });
}
