import { randomBytes } from 'node:crypto';

const STYLE = `
:root { color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif; }
body { margin: 0; display: flex; flex-direction: column; height: 100vh; }
header { padding: 8px 16px; border-bottom: 1px solid #8886; max-height: 40vh; overflow: auto; }
header div { display: flex; gap: 12px; align-items: center; }
h1 { font-size: 14px; margin: 0; flex: 1; font-weight: 600; }
button { font: inherit; padding: 4px 12px; }
ul { list-style: none; margin: 6px 0 0; padding: 0; }
iframe { flex: 1; border: 0; width: 100%; }`;

const SCRIPT = `
const rows = document.getElementById('rows');
const note = document.getElementById('note');
const again = document.getElementById('again');
const report = document.getElementById('report');
const MARKS = { waiting: '·', running: '›', clean: '✓', leak: '✗', inconclusive: '?', error: '!' };
let shown = -1;
const events = new EventSource('/events');
events.onmessage = ({ data }) => {
  const state = JSON.parse(data);
  note.textContent = state.note;
  again.disabled = state.running;
  rows.replaceChildren(...state.rows.map(({ name, state, text }) => {
    const item = document.createElement('li');
    item.textContent = MARKS[state] + ' ' + name + ': ' + text;
    return item;
  }));
  if (state.version !== shown) {
    shown = state.version;
    report.src = '/report?version=' + shown;
  }
};
events.onerror = () => {
  note.textContent = 'The command has ended.';
  again.disabled = true;
};
again.onclick = () => {
  again.disabled = true;
  void fetch('/again', { method: 'POST' });
};`;

/** The page around the report: what runs, and *Check Again*. All of its data is shown as text. */
export function uiPage(): { readonly html: string; readonly policy: string } {
  const nonce = randomBytes(16).toString('base64');
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; connect-src 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'`;
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Leakwright</title><style nonce="${nonce}">${STYLE}</style></head>
<body><header><div><h1 id="note" role="status">…</h1><button id="again" disabled>Check Again</button></div><ul id="rows"></ul></header>
<iframe id="report" title="Report" sandbox></iframe>
<script nonce="${nonce}">${SCRIPT}</script></body></html>
`;
  return { html, policy };
}
