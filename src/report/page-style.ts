/** Style of the report, inlined. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1f2933; --muted: #52606d; --line: #e4e7eb; --accent: #31688e; --paper: #fff; --ground: #f5f7fa; --head: #f0f4f8; --pick: #e6f0f6; --bad: #b00d28; --use: #d97706; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e7eb; --muted: #a6b1bd; --line: #33404d; --accent: #6fb3dd; --paper: #19212a; --ground: #10161c; --head: #222c37; --pick: #24384a; --bad: #ff8a8a; --use: #f0a04b; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; }
main { max-width: 1400px; margin: 0 auto; padding: 16px; display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
header, section { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 16px; min-width: 0; }
h1 { margin: 0 0 4px; font-size: 22px; overflow-wrap: anywhere; }
h2 { margin: 0 0 8px; font-size: 17px; }
p { margin: 4px 0; max-width: 100ch; }
.muted { color: var(--muted); font-size: 13px; }
.chart { width: 100%; height: 520px; }
.picture { background: #fff; }
.picture svg { width: 100%; height: auto; }
.chart.small { height: 340px; }
.chart.broad { height: 460px; min-width: 1040px; }
button.save { font: inherit; font-size: 12px; color: var(--accent); background: none; border: 1px solid var(--line); border-radius: 4px; padding: 2px 8px; cursor: pointer; }
button.pick { font: inherit; font-size: 0.95em; color: var(--accent); background: none; border: 0; padding: 0; text-decoration: underline; cursor: pointer; }
.headline { border-left: 4px solid var(--accent); }
.headline .big { font-size: 22px; font-weight: 600; line-height: 1.3; }
.headline { display: grid; gap: 0 32px; grid-template-columns: minmax(0, 1fr); }
table.saved { font-variant-numeric: tabular-nums; }
table.saved caption { text-align: left; color: var(--muted); padding-bottom: 4px; }
tr.sum th, tr.sum td { font-weight: 600; border-top: 1px solid var(--muted); }
td.gains { position: relative; width: 30%; min-width: 80px; }
.gain { position: absolute; top: 8px; bottom: 8px; background: var(--accent); }
.tools { display: flex; flex-wrap: wrap; gap: 6px 10px; align-items: center; margin: 6px 0; font-size: 13px; }
.tools select, #filter-fields input[type="number"] { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--muted); border-radius: 4px; padding: 2px 6px; max-width: 100%; }
button.tool, button.chip { font: inherit; font-size: 13px; color: var(--accent); background: var(--paper); border: 1px solid var(--muted); border-radius: 4px; padding: 3px 9px; cursor: pointer; overflow-wrap: anywhere; }
button.chip { border-radius: 12px; background: var(--pick); color: var(--ink); margin: 2px; }
#filter-fields { display: grid; gap: 8px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 240px), 1fr)); }
#filter-fields fieldset { border: 1px solid var(--line); border-radius: 4px; min-width: 0; font-size: 13px; padding: 4px 8px; }
#filter-fields legend { font-weight: 600; overflow-wrap: anywhere; }
#filter-fields label { display: inline-block; margin-right: 10px; }
#filter-fields input[type="number"] { width: 11ch; }
summary { cursor: pointer; color: var(--accent); }
select:focus-visible, summary:focus-visible, input:focus-visible, button:focus-visible, .scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.columns { display: grid; gap: 16px 32px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr)); }
.share { position: absolute; left: 0; top: 8px; bottom: 8px; background: var(--accent); }
.share.whole { background: none; border: 1px solid var(--accent); }
.gain.more { background: var(--use); }
tbody th { background: var(--head); }
.scroll { overflow-x: auto; max-height: 620px; }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { padding: 5px 9px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th.text, td.text { text-align: left; }
thead th { white-space: normal; vertical-align: bottom; position: sticky; top: 0; background: var(--paper); }
thead th button { all: unset; cursor: pointer; font-weight: 600; }
thead th button:focus-visible, tr:focus-visible, button.pick:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
th[aria-sort="ascending"] button::after { content: " ▲"; }
th[aria-sort="descending"] button::after { content: " ▼"; }
#front-table tbody tr { cursor: pointer; }
#front-table tbody tr:hover { background: var(--head); }
tr.picked { background: var(--pick) !important; }
tr.baseline td:first-child { color: var(--bad); font-weight: 600; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 16px; margin: 8px 0; font-size: 14px; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
ul { margin: 4px 0; padding-left: 20px; }
.live, #live-results { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); align-content: start; min-width: 0; }
.live fieldset { border: 0; border-top: 1px solid var(--line); margin: 0 0 8px; padding: 6px 0 0; min-width: 0; }
.live legend { font-weight: 600; padding: 0 6px 0 0; }
.control { display: grid; grid-template-columns: minmax(0, 1fr) 15ch; gap: 0 8px; align-items: center; padding: 3px 0 3px 8px; border-left: 3px solid transparent; }
.control.changed { border-left-color: var(--accent); }
.control label { grid-column: 1 / -1; font-size: 13px; }
.control select { grid-column: 1 / -1; }
.control input[type="range"] { width: 100%; margin: 0; accent-color: var(--accent); }
.control .problem { grid-column: 1 / -1; }
.live input[type="text"], .live select { font: inherit; font-size: 13px; color: var(--ink); background: var(--paper); border: 1px solid var(--muted); border-radius: 4px; padding: 2px 6px; width: 100%; min-width: 0; }
.live button { font: inherit; font-size: 13px; color: var(--accent); background: var(--paper); border: 1px solid var(--muted); border-radius: 4px; padding: 4px 10px; cursor: pointer; }
.live :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.problem { color: var(--bad); font-size: 13px; overflow-wrap: anywhere; }
#live-other { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 4px 8px; font-size: 13px; }
#live-other label { grid-column: 1 / -1; }
#live-status { margin: 0; overflow-wrap: anywhere; }
#live-status:empty { display: none; }
#live-results.stale td.before, #live-results.stale section:nth-of-type(n+2) { opacity: 0.55; }
#live-results table { font-variant-numeric: tabular-nums; }
#live-results th.text { white-space: normal; }
td.now { font-weight: 600; }
td.bars { width: 34%; min-width: 70px; padding: 4px 0; }
.bar { height: 9px; min-width: 1px; background: var(--accent); }
.bar.before { height: 4px; margin-top: 1px; background: var(--muted); }
td.timeline { position: relative; width: 45%; min-width: 160px; }
.span { position: absolute; top: 8px; bottom: 8px; min-width: 1px; background: var(--accent); }
.span.loose { opacity: 0.45; }
#live-command { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--head); border-radius: 4px; padding: 8px; font-size: 13px; }
#live-roofline { min-width: 680px; }
@media (max-width: 759px) {
  #live-panel { position: sticky; top: 0; z-index: 1; max-height: 45vh; overflow-y: auto; }
}
@media (min-width: 760px) {
  .live { grid-template-columns: 290px minmax(0, 1fr); }
  #live-panel { position: sticky; top: 16px; max-height: calc(100vh - 32px); overflow-y: auto; }
}
@media (min-width: 1100px) {
  .live { grid-template-columns: 320px minmax(0, 1fr); }
  #live-results { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  #live-status, #live-results > section:first-of-type { grid-column: 1 / -1; }
}
@media (min-width: 1000px) {
  main { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .wide { grid-column: 1 / -1; }
  .headline { grid-template-columns: repeat(2, minmax(0, 1fr)); }
}
@media (max-width: 600px) {
  main { padding: 8px; gap: 8px; }
  header, section { padding: 10px; }
  .chart.large { height: 440px; }
  .headline td, .headline th { padding: 5px 6px; }
  .headline td.gains, .headline thead td { display: none; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dd { margin-bottom: 6px; }
}
`.trim();
