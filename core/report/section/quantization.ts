// What quantization did to the graph: observers tried, nodes by precision, Q/DQ pairs.

import type { Portability, QuantizationChoice } from "../../workflow/records/measurement.ts";
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
  const { nodes, kl_by_observer, dropped_fields, portability, choices = [] } = quantization;
  const tried = Object.entries(kl_by_observer).map(([name, kl]) => `${name} ${significant(kl, 2)}`);
  const dropped = Object.entries(dropped_fields).map(([name, n]) => `${name} (${count(n)})`);
  const pairs: (readonly [string, string])[] = [
    ["Activation ranges", `${quantization.observer}, over ${count(quantization.calibration_count)} training samples`],
    ["KL to fp32 by observer, softened answers, nats", tried.join(", ")],
    ["Weights", `int8, symmetric, ${quantization.weights}`],
    ["Q and DQ nodes", `${count(quantization.quantize_nodes)} and ${count(quantization.dequantize_nodes)}`],
    ...(portability ? [["CPUs without VNNI", certificate(portability)] as const] : []),
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
    ...(choices.length > 0 ? [choiceTable(choices)] : []),
    scroller(
      "Nodes by precision",
      markup`<table class="narrow"><caption>Nodes by operator and precision</caption><thead><tr><th scope="col">Operator</th><th scope="col" class="number">int8</th><th scope="col" class="number">fp32</th></tr></thead><tbody>${rows}</tbody></table>`,
    ),
  ];
}

function certificate({ pairs, violating_pairs, weight_sqnr_db, weight_sqnr_db_unlimited }: Portability): string {
  const cost = significant(weight_sqnr_db_unlimited - weight_sqnr_db, 2);
  const found = `${count(violating_pairs)} of ${count(pairs)} weight pairs can overflow`;
  return `${found}; the limit costs ${cost} dB of the weights' ${significant(weight_sqnr_db_unlimited, 3)} dB`;
}

/** What was tried, in its order. */
function choiceTable(choices: readonly QuantizationChoice[]): Markup {
  const rows = choices.map(({ choice, taken, kl_before, kl_after, speed_ratio, detail }) => {
    const speed = speed_ratio === null ? "not measured" : `${significant(speed_ratio, 3)} times`;
    return markup`<tr><th scope="row">${choice}</th><td>${taken ? "kept" : "dropped"}</td><td class="number">${significant(kl_before, 2)}</td><td class="number">${significant(kl_after, 2)}</td><td class="number">${speed}</td><td>${detail}</td></tr>`;
  });
  return scroller(
    "Choices",
    markup`<table><caption>What was tried, and its gain: KL to fp32 of softened answers, nats (learned-ranges: of plain ones)</caption><thead><tr><th scope="col">Choice</th><th scope="col">Outcome</th><th scope="col" class="number">KL without</th><th scope="col" class="number">KL with</th><th scope="col" class="number">Speed</th><th scope="col">What</th></tr></thead><tbody>${rows}</tbody></table>`,
  );
}
