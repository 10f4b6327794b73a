/** Style of the report, inlined. */
export const PAGE_STYLE = `
:root { color-scheme: light; --ink: #1f2933; --muted: #52606d; --line: #e4e7eb; --accent: #31688e; }
* { box-sizing: border-box; }
body { margin: 0; background: #f5f7fa; color: var(--ink); font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; }
main { max-width: 1400px; margin: 0 auto; padding: 16px; display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
header, section { background: #fff; border: 1px solid var(--line); border-radius: 8px; padding: 16px; min-width: 0; }
h1 { margin: 0 0 4px; font-size: 22px; overflow-wrap: anywhere; }
h2 { margin: 0 0 8px; font-size: 17px; }
p { margin: 4px 0; max-width: 100ch; }
.muted { color: var(--muted); font-size: 13px; }
.chart { width: 100%; height: 520px; }
.picture svg { width: 100%; height: auto; }
.chart.small { height: 340px; }
.chart.broad { height: 460px; min-width: 1040px; }
button.save { font: inherit; font-size: 12px; color: var(--accent); background: none; border: 1px solid var(--line); border-radius: 4px; padding: 2px 8px; cursor: pointer; }
tbody th { background: #f0f4f8; }
.scroll { overflow-x: auto; max-height: 620px; }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { padding: 5px 9px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th.text, td.text { text-align: left; }
thead th { white-space: normal; vertical-align: bottom; position: sticky; top: 0; background: #fff; }
th button { all: unset; cursor: pointer; font-weight: 600; }
th button:focus-visible, tr:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
th[aria-sort="ascending"] button::after { content: " ▲"; }
th[aria-sort="descending"] button::after { content: " ▼"; }
#front-table tbody tr { cursor: pointer; }
#front-table tbody tr:hover { background: #f0f4f8; }
tr.picked { background: #e6f0f6 !important; }
tr.baseline td:first-child { color: #c8102e; font-weight: 600; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 16px; margin: 8px 0; font-size: 14px; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
ul { margin: 4px 0; padding-left: 20px; }
@media (min-width: 1000px) {
  main { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .wide { grid-column: 1 / -1; }
}
@media (max-width: 600px) {
  main { padding: 8px; gap: 8px; }
  header, section { padding: 10px; }
  .chart.large { height: 440px; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dd { margin-bottom: 6px; }
}
`.trim();
