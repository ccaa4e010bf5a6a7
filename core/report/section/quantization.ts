// What quantization did to the graph: observers tried, nodes by precision, Q/DQ pairs.
import { count, significant } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { ReportedQuantization, ReportModel } from "../report-model.ts";
import { emptyState, facts, type Section, scroller } from "./section.ts";

export function quantizationSection(model: ReportModel): Section {
  const { quantization, file } = model;
  const why = file ? "This file is fp32: nothing in it is quantized." : "No file was measured.";
  return { id: "quantization", title: "Quantization", body: quantization ? describe(quantization) : emptyState(why) };
}

function describe(quantization: ReportedQuantization): Markup[] {
  const { nodes, kl_by_observer, dropped_fields } = quantization;
  const tried = Object.entries(kl_by_observer).map(([name, kl]) => `${name} ${significant(kl, 2)}`);
  const dropped = Object.entries(dropped_fields).map(([name, n]) => `${name} (${count(n)})`);
  const pairs: (readonly [string, string])[] = [
    ["Activation ranges", `${quantization.observer}, over ${count(quantization.calibration_count)} training samples`],
    ["KL to fp32 by observer, nats", tried.join(", ")],
    ["Weights", `int8, symmetric, ${quantization.weights}`],
    ["Q and DQ nodes", `${count(quantization.quantize_nodes)} and ${count(quantization.dequantize_nodes)}`],
    ...(dropped.length ? [["Left out of the file", dropped.join(", ")] as const] : []),
  ];
  const rows = Object.entries(nodes)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([operator, n]) =>
        markup`<tr><th scope="row">${operator}</th><td class="number">${n.int8}</td><td class="number">${n.fp32}</td></tr>`,
    );
  return [
    facts(pairs),
    scroller(
      "Nodes by precision",
      markup`<table class="narrow"><caption>Nodes by operator and precision</caption><thead><tr><th scope="col">Operator</th><th scope="col" class="number">int8</th><th scope="col" class="number">fp32</th></tr></thead><tbody>${rows}</tbody></table>`,
    ),
  ];
}
