import assert from 'node:assert/strict';
import { type Scenario, clickScenario } from '../../../src/scenarios/index.ts';
import { createProcessReader } from '../../../src/processes/index.ts';
import { listCorpus, startCorpusServer } from '../../support/corpusServer.ts';
import { type LoopbackServer, listen } from '../../support/listen.ts';
import { servePages } from '../../support/pages.ts';
import { type CheckRun, type RunSettings, browserPid, check, useStateFolder } from './checking.ts';

const button = '<button id="go">Go</button>';
const onClick = (body: string, before = ''): string =>
  `${button}<script>${before}\ndocument.querySelector('#go').addEventListener('click', () => {\n${body}\n});</script>`;

/** A leak of one object an iteration, written with nothing that the hostile part may have broken. */
const LEAK = `const kept = []; class Kept {}`;
const PUT = `kept[kept.length] = new Kept();`;

const pages = {
  '/loop': onClick('window.clicks = (window.clicks ?? 0) + 1; while (window.clicks > 2);'),
  '/alerts': onClick('for (;;) alert("again");'),
  '/alert': onClick('alert("once"); prompt("what?"); confirm("sure?");'),
  '/oom': onClick('const all = []; for (;;) all.push(Array.from({ length: 100000 }, (_, n) => ({ n })));'),
  '/away': onClick('location.href = "http://127.0.0.1:9/nowhere";'),
  '/close': onClick('window.close();'),
  '/restless': onClick(
    '',
    'setInterval(() => { document.body.dataset.now = String(Math.random()); }, 5); fetch("/restless-never");',
  ),
  '/patched': onClick(
    PUT,
    `${LEAK}
     Array.prototype.push = function () { throw new Error('patched push'); };
     Array.prototype.map = () => null;
     Array.prototype[Symbol.iterator] = function* () {};
     JSON.stringify = () => '{}'; JSON.parse = () => null;
     performance.now = () => 0; Date.now = () => 0;
     window.requestAnimationFrame = () => 0; window.MutationObserver = undefined;
     Function.prototype.call = () => { throw new Error('patched call'); };
     Promise.prototype.then = new Proxy(Promise.prototype.then, {});`,
  ),
  '/hooks': `<script>
       window.addEventListener = () => {}; EventTarget.prototype.addEventListener = function (type, fn) { this['on' + type] = fn; };
       Error.captureStackTrace = undefined; Error.stackTraceLimit = 0; Error.prepareStackTrace = () => { throw new Error('no stacks'); };
       Object.defineProperty(window, 'Proxy', { value: function () { throw new Error('no proxies'); } });
     </script>${onClick(PUT, LEAK)}`,
  // As written, ten clicks make 59,049 listeners, and a few more hang the page.
  '/multiplies': `${button}<p></p><script>
       const button = document.querySelector('#go');
       const again = () => { for (let n = 0; n < 2; n += 1) button.addEventListener('click', () => again()); };
       again();
     </script>`,
  '/throws': onClick(`${PUT} throw new Error('of the page');`, LEAK),
} as const;

describe('hostile pages', () => {
  useStateFolder();
  let server: LoopbackServer;
  before(async () => {
    server = await servePages(pages);
  });
  after(() => server?.close());

  async function run(
    path: keyof typeof pages,
    settings: RunSettings = {},
    scenario?: Partial<Scenario>,
  ): Promise<CheckRun> {
    const checked = await check({ ...clickScenario(`${server.origin}${path}`, ['#go']), ...scenario }, settings);
    await assertGone(checked);
    return checked;
  }

  /** Whatever happened, the browser of the check must be gone. */
  async function assertGone(checked: CheckRun): Promise<void> {
    const pid = browserPid(checked);
    const left = pid === 0 ? undefined : await createProcessReader().readProcess(pid);
    assert.ok(left === undefined || left.state === 'zombie', `the browser ${pid} is still there`);
    assert.deepEqual(checked.result.cleanup.issues, []);
    assert.equal(checked.result.cleanup.successful, true);
  }

  it('a page that loops without end is said to be hung, in bounded time', async () => {
    const { result } = await run('/loop', { options: { stepTimeoutMs: 3000 } });
    assert.equal(result.verdict, 'error');
    assert.equal(result.error?.code, 'leaks.pageHung');
    assert.ok(result.durationMs < 40_000, `it took ${result.durationMs} ms`);
  });

  it('a storm of alerts ends in an error, in bounded time', async () => {
    const { result } = await run('/alerts', { options: { stepTimeoutMs: 3000 } });
    assert.equal(result.verdict, 'error');
    assert.match(result.error?.code ?? '', /^leaks\.(?:pageHung|scenarioFailed)$/);
    assert.ok(result.durationMs < 40_000, `it took ${result.durationMs} ms`);
  });

  it('single dialogs are dismissed and do not stop a check', async () => {
    const { result } = await run('/alert');
    assert.equal(result.verdict, 'clean');
  });

  it('a page that runs out of memory is said to have died', async () => {
    const { result } = await run('/oom', {
      args: ['--js-flags=--max-old-space-size=64'],
      options: { stepTimeoutMs: 60_000 },
    });
    assert.equal(result.verdict, 'error');
    assert.equal(result.error?.code, 'leaks.browserDied');
  });

  it('a page that crashes is said to have died', async () => {
    const { result } = await run(
      '/alert',
      {},
      {
        iteration: async (page) => {
          await page.goto('chrome://crash', { timeout: 5000 });
        },
      },
    );
    assert.equal(result.error?.code, 'leaks.browserDied');
  });

  it('a page that goes away to nowhere is told, not waited for', async () => {
    const { result } = await run('/away', { options: { stepTimeoutMs: 4000 } });
    assert.equal(result.verdict, 'error');
    assert.match(result.error?.code ?? '', /^leaks\.(?:scenarioFailed|pageUnreachable)$/);
  });

  it('a page that closes itself is told', async () => {
    const { result } = await run('/alert', {}, { iteration: (page) => page.close() });
    assert.equal(result.error?.code, 'leaks.scenarioFailed');
  });

  it('a server that is not there is told, with what to do', async () => {
    const checked = await check(clickScenario('http://127.0.0.1:9/', ['#go']));
    await assertGone(checked);
    assert.equal(checked.result.error?.code, 'leaks.pageUnreachable');
    assert.ok(checked.result.error?.hint);
  });

  it('a page that is never at rest gets a verdict, and it is said that it was not', async () => {
    const { result } = await run('/restless', { options: { iterations: 2, warmup: 1 } });
    assert.equal(result.verdict, 'clean', JSON.stringify(result.because));
    assert.ok((result.settledLate ?? 0) > 0);
  });

  it('a page of which a picture never arrives is checked as it is, and that is said', async () => {
    const silent = await listen(() => {});
    const page = `<img src="${silent.origin}/pixel.gif">${onClick(PUT, LEAK)}`;
    const script = `<script type="module" src="${silent.origin}/app.js"></script>${button}`;
    const site = await servePages({ '/pixel': page, '/script': script });
    try {
      const scenario = clickScenario(`${site.origin}/pixel`, ['#go']);
      const { result } = await check({ ...scenario, timeouts: { navigationMs: 3000 } });
      assert.equal(result.verdict, 'leak', JSON.stringify(result.error ?? result.because));
      assert.match(result.warnings.join('\n'), /pixel\.gif did not arrive/);
      // Of a document or script that never arrives there is nothing to check.
      for (const path of [`${silent.origin}/`, `${site.origin}/script`]) {
        const { result: never } = await check({ ...clickScenario(path, ['#go']), timeouts: { navigationMs: 2000 } });
        assert.equal(never.error?.code, 'leaks.pageUnreachable', path);
        assert.ok(never.error?.message.includes(silent.origin), never.error?.message);
      }
    } finally {
      await site.close();
      await silent.close();
    }
  });

  it('scripts of workers, whose arrival is never told, are no work that goes on', async () => {
    const corpus = await startCorpusServer();
    try {
      const shared = (await listCorpus()).find(({ name }) => name === 'leak-shared-worker')!;
      const { result } = await check(clickScenario(corpus.urlOf(shared), shared.expected.click));
      assert.equal(result.verdict, 'leak');
      assert.equal(result.settledLate ?? 0, 0);
    } finally {
      await corpus.close();
    }
  });

  for (const path of ['/patched', '/hooks', '/throws'] as const) {
    it(`a leak is found, with its holder, on a page that has broken the platform (${path})`, async () => {
      const { result } = await run(path);
      assert.equal(result.error, undefined);
      assert.equal(result.verdict, 'leak');
      const finding = result.findings.find(({ name }) => name === 'Kept');
      assert.equal(finding?.holder, 'kept');
      assert.equal(finding?.perIteration, 1);
    });
  }

  it('a leak that multiplies is told with its place before it hangs the page', async () => {
    const { result } = await run('/multiplies');
    assert.equal(result.error, undefined);
    assert.equal(result.verdict, 'leak');
    const finding = result.findings.find(({ kind }) => kind === 'event-listener');
    assert.equal(finding?.allocatedAt?.line, 3);
    assert.ok(finding.survivors.every((count, index) => index === 0 || count > finding.survivors[index - 1]! * 2));
    assert.ok(result.samples.length < 7, 'the count went on as if nothing were');
  });

  it('an abort at any phase ends the check soon, with nothing left', async () => {
    for (const phase of ['load', 'warmup', 'count', 'escalate'] as const) {
      const controller = new AbortController();
      let abortedAt = 0;
      const checked = await check(clickScenario(`${server.origin}/throws`, ['#go']), {
        signal: controller.signal,
        onEvent: (event) => {
          if (event.type !== 'phaseStarted' || event.phase !== phase) return;
          abortedAt = performance.now();
          controller.abort();
        },
      });
      const tookMs = performance.now() - abortedAt;
      assert.equal(checked.result.error?.code, 'aborted', phase);
      assert.ok(tookMs < 60_000, `${phase}: it took ${tookMs} ms`);
      await assertGone(checked);
    }
  });

  it('a check that takes too long in all ends by itself', async () => {
    const { result } = await run('/restless', { options: { timeoutMs: 4000 } });
    assert.equal(result.error?.code, 'timeout');
  });
});
