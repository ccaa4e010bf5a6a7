// Small pieces of Markdown that the sections of docs/benchmarks.md share.
import type { Estimate } from "../../../core/workflow/records/measurement.ts";
import type { Facts } from "../fidelity/record.ts";

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(header), `|${header.map(() => "---").join("|")}|`, ...rows.map(line)];
}

/** Foreign text, safe inside a table. */
export function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ").replaceAll("<", "&lt;");
}

export function signed(points: number, digits = 2): string {
  return `${points < 0 ? "-" : "+"}${Math.abs(points).toFixed(digits)}`;
}

/** +1.20 (+0.10 to +2.30). */
export function signedInterval({ value, low, high }: Estimate): string {
  return `${signed(value)} (${signed(low)} to ${signed(high)})`;
}

/** 87.1 (84.0-90.2). */
export function interval({ value, low, high }: Estimate, digits: number): string {
  return `${value.toFixed(digits)} (${low.toFixed(digits)}-${high.toFixed(digits)})`;
}

export function shell(commands: readonly string[]): string[] {
  return ["```sh", ...commands, "```"];
}

/** `parts`: of a record, each with the machine that made it; the record's own is the last that added to it. */
export function place(facts: Facts, parts: readonly { readonly cpu_model?: string }[]): string {
  const cpus = [...new Set(parts.map(({ cpu_model }) => cpu_model ?? facts.machine.cpu_model))].sort();
  return `${cpus.length > 1 ? "Machines" : "Machine"}: ${cpus.join(", ")}. ${peerVersions(facts)}`;
}

export function peerVersions({ peers }: Facts): string {
  return `Peers: ${Object.entries(peers)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ")}.`;
}
