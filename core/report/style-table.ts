// The style sheet's part for tables: rules instead of boxes, numbers right-aligned in tabular figures.

const SHADES = Array.from({ length: 11 }, (_, shade) => {
  // At most half of the colour, so that the same ink is readable on every shade.
  const share = shade * 5;
  return `
.confusion .hit.shade-${shade} { background: color-mix(in srgb, var(--accent) ${share}%, transparent); }
.confusion .miss.shade-${shade} { background: color-mix(in srgb, var(--bad) ${share}%, transparent); }`;
}).join("");

export const TABLE_STYLE = `
table { width: 100%; border-collapse: collapse; font-size: 13.5px; line-height: 1.4; font-variant-numeric: tabular-nums; }
caption { padding: 0 0 8px; color: var(--soft); text-align: left; }
th, td { padding: 6px 14px 6px 0; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--rule); }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); font-weight: 500; font-size: 12.5px; border-bottom-color: var(--soft); vertical-align: bottom; }
tbody th { font-weight: 500; overflow-wrap: anywhere; min-width: 7em; } tfoot th, tfoot td { font-weight: 600; border-bottom: 0; }
td:has(.cell-bar) { vertical-align: middle; }
.number { text-align: right; white-space: nowrap; } .bar-head { width: 24%; }
tr.chosen th, tr.chosen td { background: var(--accent-soft); } tr.chosen > :first-child { padding-left: 6px; box-shadow: inset 3px 0 var(--accent); }
tr.reason td { padding-top: 0; color: var(--soft); font-size: 13px; }
tr.chosen > :last-child { padding-right: 8px; }
.points tr.chosen + tr.reason td { background: var(--accent-soft); } .points tr.chosen + tr.reason > :first-child { box-shadow: inset 3px 0 var(--accent); }
.paired tbody tr:not(.reason) > * { border-bottom: 0; padding-bottom: 2px; padding-top: 10px; } .paired tr.reason td { padding-bottom: 9px; }
.rungs tr.rung th { padding-top: 16px; font-weight: 600; } .rungs td, .rungs tbody th { white-space: nowrap; } .rungs tr.reason td { white-space: normal; }
.fate { font-weight: 600; } .fate.chosen { color: var(--accent); } .fate.refused { color: var(--bad); } .fate.eligible { color: var(--soft); }
th.path { font-family: var(--mono); font-size: 12px; font-weight: 400; overflow-wrap: anywhere; }
table.narrow { width: auto; min-width: 320px; }
.confusion { width: auto; border-collapse: separate; border-spacing: 2px; }
.confusion th, .confusion td { border: 0; padding: 8px 10px; }
.confusion td { min-width: 72px; text-align: center; border-radius: 3px; background: var(--faint); }
.confusion thead th { text-align: center; max-width: 110px; overflow-wrap: anywhere; } .confusion thead th:first-child { text-align: right; max-width: none; line-height: 1.25; }
.confusion tbody th { text-align: right; max-width: 190px; overflow-wrap: anywhere; } .corner { font-weight: 400; white-space: nowrap; }
.promises tbody th, .points tbody th { white-space: nowrap; min-width: 9em; } .zero { color: var(--soft); }
${SHADES}
.key { display: inline-block; width: 9px; height: 9px; margin-right: 6px; border-radius: 2px; }
.key.part-0 { background: var(--accent); } .key.part-1 { background: var(--second); } .key.part-2 { background: var(--third); }
@media (max-width: 640px) {
  .scroller > table:not(.narrow):not(.confusion):not(.promises) { min-width: 560px; }
  .promises tbody th, .promises .number { white-space: normal; min-width: 0; } .promises tr:not(.reason) > :is(:nth-child(4), :nth-child(5)) { display: none; }
}
@media print {
  table, thead th, tr.reason td, caption, th.path, .badge, .tag, .mark-letter { font-size: 8pt; } th, td { padding: 4px 8px 4px 0; }
  tbody th, .points tbody th, .promises tbody th { min-width: 0; } .points th, .points td { padding-right: 6px; } tr.reason { break-before: avoid; }
}
`;
