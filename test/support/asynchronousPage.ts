import { listen } from './listen.ts';

/** How the work of an iteration goes on after the click. */
export const MEANS = [
  'timer',
  'fetch',
  'transition',
  'animation-frame',
  'idle-callback',
  'promise-chain',
  'message-channel',
  'view-transition',
  'debounce',
  'busy-guard',
  'disabled-button',
  'worker',
  'timer-chain',
  'interval',
  'appears-later',
  'element-animation',
  'task-delay',
] as const;
export type Means = (typeof MEANS)[number];

/** Each means, as the body of `after(ms)`: a promise that resolves about `ms` later. */
const WAYS: Readonly<Record<Means, string>> = {
  timer: 'return sleep(ms);',
  fetch: "return fetch('/slow?ms=' + ms).then((response) => response.text());",
  transition: `const box = document.createElement('div'); box.style.transition = 'opacity ' + ms + 'ms'; root.append(box); box.offsetWidth;
    return new Promise((done) => { if (ms < 17) { box.remove(); return done(); } box.ontransitionend = () => { box.remove(); done(); }; box.style.opacity = 0; });`,
  'animation-frame': `return new Promise((done) => { const end = performance.now() + ms; const step = () => { if (performance.now() >= end) done(); else requestAnimationFrame(step); }; requestAnimationFrame(step); });`,
  'idle-callback':
    'return sleep(ms).then(() => new Promise((done) => requestIdleCallback(() => requestIdleCallback(done))));',
  'promise-chain':
    'let chain = Promise.resolve(); for (let n = 0; n < 200; n += 1) chain = chain.then(() => {}); return chain.then(() => sleep(ms)).then(() => {});',
  'message-channel': `return new Promise((done) => { const { port1, port2 } = new MessageChannel(); port1.onmessage = () => { port1.close(); setTimeout(done, ms); }; port2.postMessage(1); });`,
  'view-transition': `root.style.viewTransitionName = 'root-box'; document.documentElement.style.setProperty('--vt', ms + 'ms');
    return document.startViewTransition(() => { root.classList.toggle('other'); }).finished;`,
  debounce:
    'return new Promise((done) => { clearTimeout(globalThis.pending); globalThis.pending = setTimeout(done, ms); });',
  'busy-guard': 'return sleep(ms);',
  'disabled-button': 'return sleep(ms);',
  worker: 'return new Promise((done) => { answers.set(++serial, done); worker.postMessage({ serial, ms }); });',
  'timer-chain': `return (async () => { for (let n = 0; n < 5; n += 1) await sleep(ms / 5); })();`,
  interval: `return new Promise((done) => { let ticks = 0; const id = setInterval(() => { ticks += 1; if (ticks === 10) { clearInterval(id); done(); } }, ms / 10); });`,
  'appears-later': 'return sleep(ms);',
  'element-animation': `const box = document.createElement('i'); root.append(box); return box.animate([{ opacity: 0 }, { opacity: 1 }], ms).finished.then(() => box.remove());`,
  'task-delay': 'return scheduler.postTask(() => {}, { delay: ms });',
};

export function asynchronousPage(means: Means, ms: number, leaky: boolean): string {
  const guarded = means === 'busy-guard' || means === 'interval';
  const disables = means === 'disabled-button';
  const appears = means === 'appears-later';
  const script = `
const root = document.getElementById('root'); const button = document.getElementById('go');
const kept = new Set(); globalThis.begun = 0; globalThis.ended = 0; let busy = false;
class Panel { constructor() { this.rows = Array.from({ length: 20 }, (_, index) => ({ index })); } }
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const answers = new Map(); let serial = 0;
${means === 'worker' ? "const worker = new Worker(URL.createObjectURL(new Blob(['onmessage = ({ data }) => setTimeout(() => postMessage(data.serial), data.ms)']))); worker.onmessage = ({ data }) => { answers.get(data)(); answers.delete(data); };" : ''}
function after(ms) { ${WAYS[means]} }
button.addEventListener('click', async () => {
  ${guarded ? 'if (busy) return; busy = true;' : ''} ${disables ? 'button.disabled = true;' : ''}
  begun += 1;
  const panel = new Panel();
  ${leaky ? '' : 'kept.add(panel);'}
  await after(${ms});
  ${leaky ? 'kept.add(panel);' : 'kept.delete(panel);'}
  ended += 1;
  ${guarded ? 'busy = false;' : ''} ${disables ? 'button.disabled = false;' : ''}
  ${appears ? "const close = document.createElement('button'); close.id = 'close'; close.textContent = 'Close'; close.onclick = () => close.remove(); root.append(close);" : ''}
});`;
  return `<!doctype html><meta charset="utf-8"><title>${means} ${ms}</title><link rel="icon" href="data:,">
<style>::view-transition-group(*), ::view-transition-old(*), ::view-transition-new(*) { animation-duration: var(--vt, 0s); } .other { color: red; }</style>
<button id="go">Go</button><div id="root">text</div><script>${script}</script>`;
}

/** Serves `/MEANS/MS/leak` and `/MEANS/MS/clean`, and `/slow?ms=`, which answers that much later. */
export async function serveAsynchronousPages(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { origin, close } = await listen((request, response) => {
    const url = new URL(request.url!, 'http://host');
    if (url.pathname === '/slow') {
      setTimeout(() => response.end('slow'), Number(url.searchParams.get('ms')));
      return;
    }
    const [, means, ms, kind] = url.pathname.split('/');
    response.setHeader('content-type', 'text/html');
    response.end(asynchronousPage(means as Means, Number(ms), kind === 'leak'));
  });
  return { url: origin, close };
}
