// System fonts and colours: the file looks at home in light and dark without loading anything. All pairs have a contrast
// of 4.5 or more.
export const HTML_STYLE = `
:root { color-scheme: light dark; --page: light-dark(#f6f7f9, #16181d); --card: light-dark(#fff, #1f2229); --text: light-dark(#1c2127, #e6e8eb);
  --quiet: light-dark(#59636e, #9da7b3); --line: light-dark(#d4d9df, #3a414b); --leak: light-dark(#b3261e, #ff8f85); --clean: light-dark(#1b6e2c, #7ddb8b);
  --warn: light-dark(#805300, #f2c46d); --curve: light-dark(#1f5fbf, #7db3ff); }
* { box-sizing: border-box; }
body { background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 68rem; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.15rem; margin: 0; overflow-wrap: anywhere; } h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; }
a { color: var(--curve); } .quiet { color: var(--quiet); }
.leak, .error { color: var(--leak); } .clean { color: var(--clean); } .inconclusive { color: var(--warn); }
section, .summary { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0; padding: 1rem 1.2rem; }
table { border-collapse: collapse; width: 100%; } th { color: var(--quiet); font-weight: 600; }
th, td { border-bottom: 1px solid var(--line); padding: .4rem .6rem; text-align: start; vertical-align: top; overflow-wrap: anywhere; } tbody tr:last-child td { border-bottom: 0; }
.number { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font: .9em ui-monospace, SFMono-Regular, Consolas, monospace; overflow-wrap: anywhere; }
article { border: 1px solid var(--line); border-inline-start: 4px solid var(--leak); border-radius: .3rem; margin: .8rem 0; padding: .7rem 1rem; }
article.ignored { border-inline-start-color: var(--line); } article > p { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.level { border: 1px solid currentColor; border-radius: 1rem; color: var(--leak); font-size: .8rem; font-weight: 600; padding: .05rem .55rem; } .ignored .level { color: var(--quiet); }
dl { display: grid; gap: .25rem 1rem; grid-template-columns: max-content minmax(0, 1fr); margin: .6rem 0 0; } dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
details { margin: .6rem 0 0; } summary { cursor: pointer; color: var(--quiet); } ol, ul { margin: .3rem 0; padding-inline-start: 1.4rem; }
.charts { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); } figure { margin: 0; } figcaption { font-size: .85rem; }
figure svg { display: block; width: 100%; } svg text { fill: var(--quiet); font: 10px system-ui, sans-serif; }
.axis { fill: none; stroke: var(--line); } polyline { fill: none; stroke: var(--curve); stroke-width: 1.5; } polygon { fill: var(--curve); opacity: .12; } circle { fill: var(--curve); }
.bars { vertical-align: -2px; } .bars rect { fill: var(--leak); }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .4rem; } }
@media print { section, article { break-inside: avoid; } body { max-width: none; } }
`;
