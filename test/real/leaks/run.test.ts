import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright';
import { type CheckResult, type LeakEvent } from '../../../src/leaks/index.ts';
import { clickScenario } from '../../../src/scenarios/index.ts';
import { serveShop } from '../../demo/shop/serve.ts';
import type { LoopbackServer } from '../../support/listen.ts';
import { servePages } from '../../support/pages.ts';
import { check, useStateFolder } from './checking.ts';

const page = (script: string, body = ''): string =>
  `<button id="go">Go</button>${body}<script>${script}
   document.querySelector('#go').addEventListener('click', () => iterate());</script>`;

const pages = {
  '/leak': page(`const kept = [];
class Kept {}
function iterate() {
  kept.push(new Kept());
}`),
  '/clean': page('function iterate() { document.title = "used"; }'),
  '/two': page(`const sessions = new Map(); let id = 0;
class Session {}
function iterate() {
  sessions.set(id++, new Session());
  window.addEventListener('resize', function onResize() { return id; });
}`),
  '/probe': page(`const kept = []; const byId = {}; const seen = new Set(); let n = 0;
class Kept {}
function iterate() { n += 1; kept.push(new Kept()); byId['k' + n] = new Kept(); seen.add(new Kept()); }
window.traces = () => [
  Object.getPrototypeOf(kept) === Array.prototype, Object.getPrototypeOf(byId) === Object.prototype,
  Reflect.ownKeys(seen).length === 0, Reflect.ownKeys(kept).length === kept.length + 1,
];`),
  '/popups': page('function iterate() {\n  window.open("about:blank", "_blank");\n}'),
  '/closes': page(`const kept = []; class Kept { data = new Array(100).fill(1.5); }
function iterate() { kept.push(new Kept()); const opened = window.open('about:blank'); opened.close(); }`),
  '/scrolls': page(
    `const kept = []; class Kept {} let busy = false; let place = 0;
list.addEventListener('scrollend', () => { kept.push(new Kept()); busy = false; });
function iterate() {
  if (busy) return;
  busy = true; place = 400 - place;
  list.scrollTo({ top: place, behavior: 'smooth' });
}`,
    '<div id="list" style="height: 100px; overflow: auto"><div style="height: 900px"></div></div>',
  ),
  '/away': page('let n = 0; function iterate() { history.pushState({}, "", `/away?step=${n++}`); }'),
  '/clicks': `<style>#glows { animation: glow 1s infinite } @keyframes glow { from { opacity: 0.5 } }</style>
<button id="plain">Plain</button><button>Words</button><p id="host"></p><button id="far" style="margin-top: 3000px">Far</button>
<button id="glows">Glows</button><form onsubmit="return false"><button id="send">Send</button></form><a id="link" href="#top">Link</a>
<script>
document.querySelector('#host').attachShadow({ mode: 'open' }).innerHTML = '<button id="deep">Deep</button>';
window.clicks = {};
addEventListener('click', (event) => {
  const { textContent } = event.composedPath()[0];
  clicks[textContent] = (clicks[textContent] ?? 0) + (event.isTrusted ? 1 : 100);
});</script>`,
  '/html': page(
    'let n = 0;\nfunction iterate() {\n  log.insertAdjacentHTML("beforeend", `<li>entry ${n++}</li>`);\n}',
    '<ul id="log"></ul>',
  ),
} as const;

function phasesOf(events: readonly LeakEvent[]): string[] {
  return events.flatMap((event) => {
    if (event.type === 'phaseEnded') return [event.phase];
    return event.type === 'phaseSkipped' ? [`no ${event.phase}`] : [];
  });
}

// A person at a failing scenario looks at the page as it was.
describe('A step that fails', () => {
  useStateFolder();
  let server: LoopbackServer;
  before(async () => (server = await servePages(pages)));
  after(() => server.close());

  const failing = (iteration: (page: Page) => Promise<unknown>) => ({
    url: `${server.origin}/clean`,
    iteration,
  });
  const throws = async (page: Page) => {
    await page.click('#go');
    throw new Error('the panel did not open');
  };

  it('leaves a picture of its page, whether a call of Playwright failed or the scenario threw', async () => {
    for (const iteration of [throws, async (page: Page) => await page.click('#nothing', { timeout: 300 })]) {
      const { result } = await check(failing(iteration));
      assert.equal(result.verdict, 'error');
      assert.ok(existsSync(result.error!.screenshot!), result.error!.message);
    }
  });

  it('says that setup comes before the page, where it waits for something of it', async () => {
    const setup = async (page: Page) => await page.click('#go', { timeout: 300 });
    const { result } = await check({ ...failing(throws), setup });
    assert.match(result.error?.hint ?? '', /'setup' runs before the page is loaded.*'prepare'/);
  });

  it('keeps its page open until that is closed, or the check is stopped', async () => {
    const stop = new AbortController();
    for (const end of ['close', 'stop'] as const) {
      let page: Page | undefined;
      const waited: string[] = [];
      const { result } = await check(
        failing(async (opened) => {
          page = opened;
          await throws(opened);
        }),
        {
          keepOpen: true,
          signal: stop.signal,
          options: { timeoutMs: 20_000 },
          onEvent: (event) => {
            if (event.type !== 'warning') return;
            waited.push(event.message);
            setImmediate(() => {
              assert.ok(!page!.isClosed());
              if (end === 'close') void page!.close();
              else stop.abort();
            });
          },
        },
      );
      assert.match(waited.join(), /did not open\. The browser stays open/);
      assert.equal(result.error?.code, 'leaks.scenarioFailed');
      assert.ok(result.cleanup.successful, result.cleanup.issues.join());
    }
  });
});

describe('a check', () => {
  useStateFolder();
  let server: LoopbackServer;
  before(async () => {
    server = await servePages(pages);
  });
  after(() => server?.close());
  const run = async (path: keyof typeof pages, extra: Parameters<typeof check>[1] = {}, parts = {}) =>
    await check({ ...clickScenario(`${server.origin}${path}`, ['#go']), ...parts }, extra);

  it('of a leaking page names the class, how many, the holder and both lines', async () => {
    const { result, events } = await run('/leak');
    assert.equal(result.verdict, 'leak');
    const [finding, ...others] = result.findings;
    assert.deepEqual(others, []);
    assert.equal(finding?.name, 'Kept');
    assert.equal(finding?.perIteration, 1);
    assert.deepEqual(finding?.survivors, [1, 1, 1, 1, 1, 1, 1]);
    assert.equal(finding?.holder, 'kept');
    assert.equal(finding?.allocatedAt?.precision, 'line');
    assert.equal(finding?.allocatedAt?.line, 4);
    assert.equal(finding?.keptAt?.line, 4);
    assert.deepEqual(phasesOf(events), [
      'launch',
      'load',
      'warmup',
      'count',
      'attribute',
      'escalate',
      'explain',
      'cleanup',
    ]);
    assert.equal(result.escalatedTo, 60);
    assert.equal(events.at(-1)?.type, 'checkEnded');
    assert.equal(events.filter(({ type }) => type === 'finding').length, 1);
  });

  it('of a clean page says so, and which phases were not needed', async () => {
    const { result, events } = await run('/clean');
    assert.equal(result.verdict, 'clean');
    assert.equal(result.severity, 'none');
    assert.deepEqual(phasesOf(events).slice(-3), ['no escalate', 'no explain', 'cleanup']);
    assert.equal(result.escalatedTo, undefined);
  });

  it('finds two leaks of one page, each with its line', async () => {
    const { result } = await run('/two');
    const lines = Object.fromEntries(
      result.findings.map(({ name, allocatedAt, keptAt }) => [name, allocatedAt?.line ?? keptAt?.line]),
    );
    assert.deepEqual(lines, { Session: 4, 'resize listener on window': 5 });
  });

  it('says the same, with the same fingerprint, when growth is followed as far as users have it, and weighs it by the thresholds of the scenario', async () => {
    const summary = ({ findings }: CheckResult): unknown =>
      findings.map(({ fingerprint, name, holder }) => [fingerprint, name, holder]);
    const [first, second] = [
      await run('/leak', { farReaching: true }),
      await run('/leak', {}, { thresholds: { criticalBytes: 1 } }),
    ];
    assert.deepEqual(summary(first.result), summary(second.result));
    assert.deepEqual([first.result.severity, second.result.severity], ['minor', 'critical']);
  });

  it('calls pages that are left open a leak at once, with the line that opens them', async () => {
    const { result } = await run('/popups');
    assert.equal(result.verdict, 'leak');
    assert.equal(result.severity, 'critical');
    assert.equal(result.findings[0]?.kind, 'page');
    assert.equal(result.findings[0]?.perIteration, 1);
    assert.equal(result.findings[0]?.allocatedAt?.line, 2);
  });

  it('finds a leak beside windows that open and close, with its number and holder', async () => {
    const { result } = await run('/closes', { options: { escalateTo: 20 } });
    assert.equal(result.verdict, 'leak', JSON.stringify(result.because));
    assert.deepEqual(
      result.findings.map(({ name, perIteration, holder }) => [name, perIteration, holder]),
      [['Kept', 1, 'kept[]']],
    );
    assert.match(result.warnings.join(' '), /A window that the page had opened was closed/);
  });

  it('loses no clicks behind a smooth scroll', async () => {
    const { result } = await run('/scrolls', { options: { escalateTo: 20 } });
    assert.equal(result.verdict, 'leak', JSON.stringify(result.because));
    assert.deepEqual(
      result.findings.map(({ name, perIteration }) => [name, perIteration]),
      [['Kept', 1]],
    );
  });

  it('warns of an iteration that does not end where it began', async () => {
    const { result } = await run('/away');
    assert.match(result.warnings.join(' '), /does not end where it began/);
  });

  it('finds nodes that no script object stands for, by the line that inserts them', async () => {
    const { result } = await run('/html');
    assert.equal(result.verdict, 'leak');
    assert.equal(result.findings[0]?.kind, 'dom-node');
    assert.equal(result.findings[0]?.holder, 'ul#log');
    assert.equal(result.findings[0]?.keptAt?.line, 3);
  });

  it('leaves nothing in the page of what it put on the holders', async () => {
    let traces: unknown;
    const { result } = await run(
      '/probe',
      {},
      {
        teardown: async (subject: Page) => {
          traces = await subject.evaluate('window.traces()');
        },
      },
    );
    assert.equal(result.verdict, 'leak');
    assert.equal(result.findings.filter(({ keptAt }) => keptAt?.precision === 'line').length, 3);
    assert.deepEqual(traces, [true, true, true, true]);
  });

  it('shows ignored findings with their reason, and does not count them', async () => {
    const { result } = await run('/leak', {}, { ignore: [{ holder: 'kept', reason: 'known, #12' }] });
    assert.equal(result.verdict, 'clean');
    assert.equal(result.findings[0]?.ignored, 'known, #12');
    assert.equal(result.severity, 'none');
  });

  it('looks inside a clean page when it is told to, and says that it is clean', async () => {
    const { result, events } = await run('/clean', { options: { deep: true, iterations: 3, warmup: 0 } });
    assert.equal(result.verdict, 'clean');
    assert.ok(phasesOf(events).includes('attribute'));
    assert.ok(phasesOf(events).includes('no warmup'));
  });

  it('says what a scenario threw, and in which iteration', async () => {
    const { result } = await run(
      '/clean',
      {},
      {
        iteration: () => {
          throw new Error('the menu is not there');
        },
      },
    );
    assert.equal(result.error?.code, 'leaks.scenarioFailed');
    assert.match(result.error?.message ?? '', /iteration 1 .*the menu is not there/);
  });

  it('clicks what its selectors say, once each time, however it stands', async () => {
    const selectors = ['#plain', 'text=Words', '#deep', '#far', '#glows', '#send', '#link', 'button >> nth=0'];
    let clicks: unknown;
    const teardown = async (shown: Page): Promise<void> => {
      clicks = await shown.evaluate('clicks');
    };
    const scenario = { ...clickScenario(`${server.origin}/clicks`, selectors), teardown };
    const { result } = await check({ ...scenario, warmup: 1, iterations: 3 });
    assert.equal(result.error, undefined);
    const times = (clicks as { Words: number }).Words;
    assert.ok(times >= 4, String(times));
    assert.deepEqual(clicks, {
      Plain: 2 * times,
      Words: times,
      Deep: times,
      Far: times,
      Glows: times,
      Send: times,
      Link: times,
    });
  });

  it('names minified code as its source does, in the file of the workspace', async () => {
    const shop = await serveShop(0);
    try {
      const scenario = clickScenario(shop.url, ['button >> nth=0', '.close']);
      const { result } = await check(scenario, {
        workspaceFolder: new URL('../../demo/shop', import.meta.url).pathname,
      });
      const [finding] = result.findings;
      assert.equal(finding?.name, 'DetailsPanel');
      assert.equal(finding?.holder, 'closedPanels');
      assert.equal(finding?.keptAt?.file, 'src/shop.ts');
      assert.equal(finding?.keptAt?.function, 'closeDetails');
    } finally {
      await shop.close();
    }
  });

  it('finds a leak inside a worker, with the line in the worker`s script', async () => {
    const workerServer = createServer((request, response) => {
      const isScript = request.url === '/worker.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      response.end(
        isScript
          ? 'const jobs = [];\nclass Job {}\nfunction work() {\n  jobs.push(new Job());\n}\nonmessage = () => { work(); postMessage(1); };'
          : '<link rel="icon" href="data:,"><button id="go">Go</button><p id="out"></p><script>const worker = new Worker("/worker.js"); worker.onmessage = () => { out.textContent = "done"; }; go.onclick = () => worker.postMessage(1);</script>',
      );
    });
    await new Promise<void>((resolve) => workerServer.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = workerServer.address() as AddressInfo;
      const { result } = await check(clickScenario(`http://127.0.0.1:${port}/`, ['#go']));
      assert.equal(result.verdict, 'leak');
      assert.equal(result.findings[0]?.name, 'Job');
      assert.equal(result.findings[0]?.holder, 'jobs');
      assert.equal(result.findings[0]?.keptAt?.line, 4);
    } finally {
      workerServer.close();
      workerServer.closeAllConnections();
    }
  });
});
