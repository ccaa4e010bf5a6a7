// The style sheet's part for charts: colours and strokes by class, so that drawings hold shapes only.

export const CHART_STYLE = `
.chart { display: block; width: 100%; height: auto; } .scroller > .chart { min-width: 560px; }
.chart text { font: 12px var(--sans); fill: var(--ink); font-variant-numeric: tabular-nums; }
.chart .tick, .chart .axis-name { fill: var(--soft); }
.chart .grid { stroke: var(--rule); stroke-width: .75; } .chart .axis { stroke: var(--soft); stroke-width: 1; }
.chart .reference { stroke: var(--second); stroke-width: 1.2; stroke-dasharray: 5 4; } .chart .reference-name { fill: var(--second); }
.chart .front { fill: none; stroke: var(--accent); stroke-width: 1.4; opacity: .55; }
.chart .whisker { stroke: var(--soft); stroke-width: 1.1; opacity: .55; }
.chart .dot { fill: var(--soft); stroke: var(--soft); stroke-width: 1.8; } .chart .fp32 .dot { fill: var(--paper); }
.chart .chosen .dot { fill: var(--accent); stroke: var(--accent); } .chart .chosen.fp32 .dot { fill: var(--paper); }
.chart .ring { fill: none; stroke: var(--accent); stroke-width: 1.6; } .chart .chosen .whisker { stroke: var(--accent); opacity: 1; }
.chart .mark { font-weight: 700; }
.chart .mark, .chart .reference-name, .chart .line-name { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
.chart .bar { fill: var(--accent); } .chart .quantile { stroke: var(--ink); stroke-width: 1; } .chart .promise-line { stroke: var(--second); stroke-width: 1.6; stroke-dasharray: 5 3; }
.chart .block-range { stroke: var(--soft); stroke-width: 1; opacity: .6; } .chart .block-core { stroke: var(--accent); stroke-width: 4; stroke-linecap: round; } .chart .block-median { fill: var(--ink); }
.series { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; } .series-end { fill: currentColor; }
.series-a { color: var(--soft); } .series-b { color: var(--second); } .series-c { color: var(--third); } .series-d { color: var(--accent); } .series-e { color: var(--good); }
.series-a .series { stroke-dasharray: 3 3; } .series-e .series { stroke-dasharray: 6 3; }
.panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(280px, 1fr)); gap: 12px 28px; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 20px; } .swatch { width: 24px; height: 8px; vertical-align: middle; }
.strip { border-radius: 4px; } .strip .layer { fill: var(--accent); stroke: var(--paper); stroke-width: .8; } .strip .layer.fp32 { fill: var(--second); }
.cell-bar { display: block; width: 100%; min-width: 90px; height: 14px; } .cell-bar .track { fill: var(--faint); } .cell-bar .fill { fill: var(--accent); }
.cell-bar .fill.fp32 { fill: var(--second); } .cell-bar .fill.passed { fill: var(--good); } .cell-bar .fill.failed { fill: var(--bad); } .cell-bar .fill.not-measured { fill: var(--open); }
.cell-bar line { vector-effect: non-scaling-stroke; } .cell-bar .range { stroke: var(--ink); stroke-width: 1.3; } .cell-bar .limit { stroke: var(--ink); stroke-width: 1.6; }
.cell-bar .part-0 { fill: var(--accent); } .cell-bar .part-1 { fill: var(--second); } .cell-bar .part-2 { fill: var(--third); }
`;
