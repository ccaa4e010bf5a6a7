// The style sheet of report.html: system fonts, light and dark by the reader's setting, ink on white when printed.
import { CHART_STYLE } from "./style-chart.ts";
import { TABLE_STYLE } from "./style-table.ts";

const LIGHT = `
  --paper: #fcfcfa; --raised: #ffffff; --ink: #1b1e22; --soft: #585f69; --rule: #dfe0dc; --faint: #eeeeea;
  --accent: #0d6578; --accent-soft: #d3e7eb; --second: #a4600a; --third: #6b5fa8;
  --good: #1c7044; --good-soft: #e0f1e7; --bad: #b3261e; --bad-soft: #fae3e0; --open: #765a00; --open-soft: #f7edcc;
  color-scheme: light;`;

const DARK = `
  --paper: #14171a; --raised: #1a1e22; --ink: #e8e9ea; --soft: #a3abb4; --rule: #32383e; --faint: #22272c;
  --accent: #63bccf; --accent-soft: #1c3d45; --second: #e0a458; --third: #a99fe0;
  --good: #6fcb97; --good-soft: #17352a; --bad: #f2938a; --bad-soft: #47211f; --open: #e3c463; --open-soft: #3b3213;
  color-scheme: dark;`;

const PAGE_STYLE = `
:root {${LIGHT}
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif;
  --serif: ui-serif, "Iowan Old Style", Charter, "Bitstream Charter", "Sitka Text", Cambria, "Noto Serif", "Liberation Serif", serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
}
@media screen and (prefers-color-scheme: dark) { :root {${DARK} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.55 var(--sans); overflow-wrap: break-word; }
.page { max-width: 960px; margin: 0 auto; padding: 44px 28px 72px; }
header .kicker { max-width: none; display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: baseline; margin: 0 0 26px; padding-bottom: 12px; border-bottom: 2px solid var(--ink); color: var(--soft); font-size: 13.5px; }
header .kicker > * { min-width: 0; overflow-wrap: anywhere; }
header .kicker b { color: var(--ink); font-size: 15px; letter-spacing: .01em; }
header .kicker .device { margin-left: auto; }
h1 { margin: 0 0 26px; font: 400 28px/1.34 var(--serif); letter-spacing: -.006em; text-wrap: pretty; max-width: 30em; }
.stamp { display: inline-flex; align-items: center; gap: 8px; margin: 0 0 14px; font-weight: 600; font-size: 14px; }
.stamp::before { content: ""; width: 9px; height: 9px; border-radius: 50%; background: currentColor; }
.stamp.kept { color: var(--good); } .stamp.infeasible { color: var(--bad); } .stamp.stopped { color: var(--open); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); margin: 0 0 22px; border-block: 1px solid var(--rule); }
.figures > div { padding: 14px 16px 13px; border-left: 1px solid var(--rule); }
.figures > div:first-child { border-left: 0; padding-left: 0; }
.figures dt { color: var(--soft); font-size: 12.5px; }
.figures dd { margin: 0; font-size: 25px; line-height: 1.25; font-variant-numeric: tabular-nums; letter-spacing: -.015em; }
.figures dd small { display: block; margin-top: 2px; color: var(--soft); font-size: 12.5px; letter-spacing: 0; line-height: 1.4; }
nav { margin: 0 0 10px; font-size: 13.5px; }
nav ol { display: flex; flex-wrap: wrap; gap: 3px 16px; margin: 0; padding: 0; list-style: none; }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
section { margin-top: 46px; }
h2 { display: flex; gap: 12px; align-items: baseline; margin: 0 0 16px; padding-top: 14px; border-top: 1px solid var(--ink); font: 600 19px/1.3 var(--sans); letter-spacing: -.008em; }
h2 .ordinal { color: var(--soft); font-weight: 400; font-variant-numeric: tabular-nums; min-width: 1.4em; }
h3 { margin: 24px 0 8px; font: 600 14.5px/1.4 var(--sans); }
p { margin: 0 0 12px; max-width: 44em; }
.note, figcaption { color: var(--soft); font-size: 13.5px; max-width: 50em; }
.muted { color: var(--soft); }
.empty { padding: 12px 16px; border: 1px dashed var(--rule); border-radius: 6px; color: var(--soft); max-width: none; }
code, pre { font-family: var(--mono); font-size: .87em; }
pre { margin: 0 0 10px; line-height: 1.4; padding: 12px 14px; background: var(--faint); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
figure { margin: 0 0 22px; }
figcaption { margin-top: 8px; }
.scroller { position: relative; overflow-x: auto; margin-bottom: 18px; }
figure .scroller { margin-bottom: 0; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.facts { margin: 0 0 18px; border-top: 1px solid var(--rule); }
.facts > div { display: grid; grid-template-columns: minmax(130px, 230px) 1fr; gap: 2px 18px; padding: 5px 0; border-bottom: 1px solid var(--rule); }
.facts dt { color: var(--soft); } .facts dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.facts code { font-size: .83em; } .step { white-space: nowrap; margin-right: 10px; }
.badge { display: inline-flex; align-items: center; gap: 6px; padding: 2px 9px 2px 7px; border-radius: 99px; font-size: 13px; font-weight: 600; white-space: nowrap; }
.badge svg { width: 12px; height: 12px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.badge.passed { color: var(--good); background: var(--good-soft); } .badge.failed { color: var(--bad); background: var(--bad-soft); }
.badge.not-measured { color: var(--open); background: var(--open-soft); }
.mark-letter { display: inline-block; min-width: 1.5em; font-weight: 700; font-size: 13px; }
.tag { display: inline-block; padding: 0 6px; border: 1px solid var(--rule); border-radius: 4px; color: var(--soft); font-size: 11.5px; font-weight: 400; }
.nearest { margin: 0 0 18px; padding: 0; list-style: none; display: grid; gap: 10px; }
.nearest > li { padding: 12px 16px; border-left: 3px solid var(--bad); background: var(--faint); border-radius: 0 6px 6px 0; }
.nearest .point-name { margin: 0 0 4px; font-weight: 600; } .nearest ul, .advice ul { margin: 0; padding-left: 1.2em; }
.advice { padding: 2px 16px 14px; border: 1px solid var(--rule); border-radius: 6px; } .advice h3 { margin-top: 12px; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(116px, 1fr)); gap: 16px 14px; margin: 0 0 8px; padding: 0; list-style: none; font-size: 13px; line-height: 1.35; }
.gallery li { display: flex; flex-direction: column; gap: 2px; min-width: 0; }
.gallery img, .no-picture { width: 112px; height: 112px; margin-bottom: 4px; border-radius: 5px; background: var(--faint); object-fit: cover; }
.no-picture { display: grid; place-items: center; color: var(--soft); border: 1px dashed var(--rule); }
.gallery .wrong .answer { color: var(--bad); } .gallery .answer { font-weight: 600; } .gallery .answer .muted { font-weight: 400; white-space: nowrap; }
.gallery .answer, .gallery .truth { display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; overflow-wrap: anywhere; }
.gallery .path { color: var(--soft); font-size: 11.5px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
footer { margin-top: 56px; padding-top: 14px; border-top: 1px solid var(--rule); color: var(--soft); font-size: 13px; }
@media (max-width: 640px) {
  .page { padding: 26px 16px 48px; } h1 { font-size: 23px; } section { margin-top: 36px; }
  .figures { grid-template-columns: 1fr 1fr; } .figures > div, .figures > div:first-child { padding: 11px 12px; border-left: 0; border-top: 1px solid var(--rule); }
  .figures > div:nth-child(-n+2) { border-top: 0; } .figures dd { font-size: 22px; }
  .facts > div { grid-template-columns: 1fr; } header .kicker .device { margin-left: 0; }
}
@media print {
  @page { size: A4; margin: 16mm 15mm; }
  :root { --paper: #fff; --raised: #fff; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { font-size: 10.5pt; line-height: 1.45; } .page { max-width: none; padding: 0; } nav { display: none; }
  section { margin-top: 26px; } h2, h3, caption { break-after: avoid; } figure, .gallery li, .nearest li, .advice, tr, .figures { break-inside: avoid; }
  .scroller { overflow: visible; } a { color: inherit; }
}`;

/** Constant text: the page's content security policy allows this style sheet only, by its hash. */
export const STYLE = `${PAGE_STYLE}${TABLE_STYLE}${CHART_STYLE}`;
