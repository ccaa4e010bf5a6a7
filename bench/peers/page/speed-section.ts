// Speed of int8 against fp32, network by network.
import type { SpeedRecord, SpeedResult } from "../speed/record.ts";
import { cell, interval, peerVersions, shell, table } from "./markdown.ts";

export function speedSection(speed: SpeedRecord): string[] {
  return [
    "## Speed of int8 against fp32",
    "",
    `Random weights; one thread, batch 1, alternating blocks of 20 runs in one fresh process; ratio of medians with its 95 % interval over blocks. ${peerVersions(speed)}`,
    "",
    ...shell([speed.command]),
    "",
    ...table(
      ["Network", "px", "CPU", "Quantizer", "fp32 p50", "Decant", "Best peer", "Peers that failed"],
      speed.networks.map(rowOf),
    ),
    "",
  ];
}

function rowOf({ network, size, cpu_model, version, fp32_ms_p50, sides }: SpeedResult): string[] {
  const timed = Object.entries(sides).flatMap(([name, side]) => ("error" in side ? [] : [{ name, ...side }]));
  const failed = Object.entries(sides).flatMap(([name, side]) => ("error" in side ? [`${name}: ${side.error}`] : []));
  const own = timed.find(({ name }) => name === "decant");
  const best = timed.filter(({ name }) => name !== "decant").toSorted((a, b) => b.speedup - a.speedup)[0];
  const figure = (side: (typeof timed)[number] | undefined) =>
    side ? interval({ value: side.speedup, low: side.low, high: side.high, n: 0 }, 2) : "failed";
  return [
    ...[
      network,
      String(size),
      cpu_model,
      version === undefined ? "" : `version ${version}`,
      `${fp32_ms_p50.toFixed(1)} ms`,
    ],
    `**${figure(own)}**`,
    best ? `${figure(best)} ${best.name}` : "none",
    cell(failed.join("; ")),
  ];
}
