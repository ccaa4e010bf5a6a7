// Report model -> report.html: one file, no network, no script; everything that users wrote is escaped.
import { bytes, interval, keepUnits, percent, significant, times } from "./format.ts";
import { constantMarkup, type Markup, markup, visible } from "./markup.ts";
import type { Outcome, ReportModel } from "./report-model.ts";
import { accuracySection } from "./section/accuracy.ts";
import { costSection } from "./section/cost.ts";
import { dataSection } from "./section/data.ts";
import { examplesSection, type Thumbnails } from "./section/examples.ts";
import { latencySection } from "./section/latency.ts";
import { nearestSection } from "./section/nearest.ts";
import { promisesSection } from "./section/promises.ts";
import { provenanceSection } from "./section/provenance.ts";
import { quantizationSection } from "./section/quantization.ts";
import { searchSection } from "./section/search.ts";
import type { Section } from "./section/section.ts";
import { sizeSection } from "./section/size.ts";
import { trainingSection } from "./section/training.ts";
import { STYLE } from "./style.ts";

export interface PageParts {
  readonly thumbnails: Thumbnails;
  /** SHA-256 in lower-case hex; the policy allows the page's style sheet by its hash. */
  readonly sha256: (text: string) => string;
}

const STAMPS: Readonly<Record<Outcome, string>> = { kept: "Certified", infeasible: "Infeasible", stopped: "Stopped" };

export function renderPage(model: ReportModel, parts: PageParts): string {
  const sections = sectionsOf(model, parts.thumbnails);
  const policy = `default-src 'none'; style-src 'sha256-${hexToBase64(parts.sha256(STYLE))}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${constantMarkup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${model.job.name} · Decant report</title>
<style>${constantMarkup(STYLE)}</style>
</head>
<body>
<div class="page">
${pageHeader(model)}
<nav aria-label="Contents"><ol>${sections.map((s) => markup`<li><a href="#${s.id}">${s.title}</a></li>`)}</ol></nav>
<main>${sections.map(renderSection)}</main>
<footer>Made by Decant ${model.provenance.tool.version}. Every number of this page is in report.json.</footer>
</div>
</body>
</html>
`;
  return page.markup;
}

/** Where no file was measured, the sections about one would all say the same: they are left out. */
function sectionsOf(model: ReportModel, thumbnails: Thumbnails): Section[] {
  const about = model.file
    ? [accuracySection(model), latencySection(model), sizeSection(model), quantizationSection(model)]
    : [];
  return [
    promisesSection(model),
    nearestSection(model),
    searchSection(model),
    ...about,
    trainingSection(model),
    costSection(model),
    model.file && examplesSection(model, thumbnails),
    dataSection(model),
    provenanceSection(model),
  ].filter((section) => section !== null);
}

function renderSection(section: Section, index: number): Markup {
  return markup`
<section id="${section.id}" aria-labelledby="${section.id}-heading"><h2 id="${section.id}-heading"><span class="ordinal">${index + 1}</span>${section.title}</h2>${section.body}</section>`;
}

function pageHeader(model: ReportModel): Markup {
  const threads = `${model.job.threads} ${model.job.threads === 1 ? "thread" : "threads"}`;
  return markup`<header>
<p class="kicker"><b>${visible(model.job.name)}</b><span>Decant report, ${model.job.task.replaceAll("-", " ")}</span><span class="device">${model.job.device}, ${threads}</span></p>
<p class="stamp ${model.outcome}">${STAMPS[model.outcome]}</p>
<h1>${keepUnits(model.headline)}.</h1>
${keyFigures(model)}
</header>`;
}

function keyFigures(model: ReportModel): Markup | null {
  const { file, baseline } = model;
  if (!file) return null;
  const { top1, macro_recall: macro } = file.accuracy;
  const speedup = file.latency.speedup_over_baseline;
  const figures: [string, string, string][] = [
    ["Size", bytes(file.size_bytes), `${file.precision}, ${file.input_size} px input`],
    ["Top-1", percent(top1.value), `${interval(top1.low * 100, top1.high * 100)}, n = ${top1.n}, ${file.split}`],
    ...(file.imbalanced
      ? [
          [
            "Macro recall",
            percent(macro.value),
            `${interval(macro.low * 100, macro.high * 100)}, ${macro.n} classes`,
          ] as [string, string, string],
        ]
      : []),
    [
      "Latency, p95",
      `${significant(file.latency.ms_p95)} ms`,
      `p50 ${significant(file.latency.ms_p50)} ms, p99 ${significant(file.latency.ms_p99)} ms`,
    ],
    ...(baseline
      ? [
          ["Speed-up", times(speedup.value), `over ${baseline.display_name}, ${baseline.input_size} px, fp32`] as [
            string,
            string,
            string,
          ],
        ]
      : []),
  ];
  return markup`<dl class="figures">${figures.map(([name, value, note]) => markup`<div><dt>${name}</dt><dd>${value}<small>${note}</small></dd></div>`)}</dl>`;
}

/** Policies write hashes in base64. */
function hexToBase64(hex: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const bits = [...hex].map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, "0")).join("");
  const groups = bits.match(/.{1,6}/g) ?? [];
  const text = groups.map((group) => alphabet[Number.parseInt(group.padEnd(6, "0"), 2)]).join("");
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}
