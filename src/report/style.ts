/** The page's only style sheet: quiet, light and dark by the reader's choice, black on white in print. */
export const style = `
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1b1f24; --faint: #5a636d; --line: #dfe3e8; --panel: #f6f7f9; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14171b; --ink: #e4e8ec; --faint: #9aa4ae; --line: #2c333a; --panel: #1c2126; --found: #56B4E9; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 1104px; margin: 0 auto; padding: 32px 32px 72px; }
header { border-bottom: 1px solid var(--line); padding-bottom: 20px; margin-bottom: 28px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; }
h2 { font-size: 20px; margin: 48px 0 6px; letter-spacing: -0.005em; }
p { margin: 6px 0 12px; max-width: 104ch; }
.faint, figcaption, .notes { color: var(--faint); }
.notes { border-left: 3px solid #E69F00; padding: 4px 12px; margin: 12px 0; font-size: 14px; }
.notes p { margin: 2px 0; max-width: none; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(168px, 1fr)); gap: 12px; margin: 20px 0 0; }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: 10px; padding: 12px 16px; }
.card b { display: block; font-size: 23px; line-height: 1.35; white-space: nowrap; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; }
.card span { color: var(--faint); font-size: 13px; display: block; }
figure { margin: 12px 0 0; }
figure svg { max-width: 100%; height: auto; display: block; color: var(--ink); }
figcaption { font-size: 14px; margin-top: 8px; display: flex; gap: 24px; justify-content: space-between; align-items: baseline; }
figcaption > span { max-width: 84ch; }
h3 { font-size: 16px; margin: 28px 0 4px; }
a { color: #0072B2; }
@media (prefers-color-scheme: dark) { a { color: #56B4E9; } }
a.data { white-space: nowrap; font-size: 13px; }
.scroll { overflow: auto; max-height: 620px; border: 1px solid var(--line); border-radius: 10px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 10px; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }
td.wrap { white-space: normal; min-width: 180px; }
tbody tr:last-child td { border-bottom: 0; }
th { color: var(--faint); font-weight: 600; font-size: 13px; background: var(--panel); position: sticky; top: 0; }
.number { text-align: right; }
tr.best td { font-weight: 650; }
tr.failed td { color: var(--faint); }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px; overflow: auto; font: 13px/1.5 ui-monospace, Consolas, monospace; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; font-size: 14px; margin: 8px 0; }
dt { color: var(--faint); } dd { margin: 0; }
@media (max-width: 640px) { main { padding: 20px 16px 48px; } figcaption { display: block; } }
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --faint: #444; --line: #bbb; --panel: #fff; --found: #0072B2; }
  body { font-size: 11pt; } main { max-width: none; padding: 0; }
  a.data { display: none; } .scroll { max-height: none; overflow: visible; border: 0; }
  table { font-size: 8.5pt; } th, td { padding: 3px 6px; } th { position: static; }
  figure, .card, tr { break-inside: avoid; } h2 { break-after: avoid; margin-top: 28px; }
  pre { white-space: pre-wrap; }
}
`;
