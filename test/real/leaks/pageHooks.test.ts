import assert from 'node:assert/strict';
import { type Browser, type CDPSession, type Page, chromium } from 'playwright';
import {
  type PageResource,
  type PendingPlace,
  installPageHooks,
  limitReports,
  markIteration,
  readPageCounters,
  readPageResources,
  readPendingWork,
} from '../../../src/leaks/measure/pageHooks/index.ts';
import { type CdpSender } from '../../../src/leaks/measure/pageHooks/pageResource.ts';
import { listen } from '../../support/listen.ts';

/** Pages by path; each is plain HTML or HTML with headers of its own. */
type Pages = Record<string, string | { body: string; headers: Record<string, string> }>;

const blank = '<!doctype html><title>Hooks</title><body>';

async function serve(pages: Pages) {
  const { origin, close } = await listen((request, response) => {
    const path = new URL(request.url!, 'http://host').pathname;
    const page = pages[path] ?? blank;
    const { body, headers } = typeof page === 'string' ? { body: page, headers: {} } : page;
    const type = path.endsWith('.js') ? 'text/javascript' : 'text/html';
    response.writeHead(200, { 'content-type': type, ...headers }).end(body);
  });
  return { url: origin, close };
}

describe('page hooks in Chromium', () => {
  let browser: Browser;
  let site: Awaited<ReturnType<typeof serve>>;
  let page: Page;
  let cdp: CDPSession;
  const pages: Pages = {};

  before(async () => {
    site = await serve(pages);
    browser = await chromium.launch({
      executablePath: process.env['LEAKWRIGHT_TEST_CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
    });
  });
  after(async () => {
    await browser?.close();
    await site?.close();
  });
  afterEach(() => page?.context().close());

  async function open(html: string, options: { hooks?: boolean; headers?: Record<string, string> } = {}) {
    pages['/'] = { body: blank + html, headers: options.headers ?? {} };
    page = await (await browser.newContext()).newPage();
    if (options.hooks !== false) await page.addInitScript(installPageHooks);
    cdp = await page.context().newCDPSession(page);
    await page.goto(site.url);
  }
  /** Lets all animation loops take a step, as settling does; in a world of its own, whose requests are not the page's. */
  async function twoFrames() {
    const { frameTree } = await cdp.send('Page.getFrameTree');
    const world = await cdp.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id });
    await cdp.send('Runtime.evaluate', {
      contextId: world.executionContextId,
      expression: 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(undefined))))',
      awaitPromise: true,
    });
  }
  const collectGarbage = () => cdp.send('HeapProfiler.collectGarbage');
  const nonZero = async () =>
    Object.fromEntries(Object.entries(await readPageCounters(cdp)).filter(([, value]) => value !== 0));
  /** A timeout may be late, so one that has just fired still counts for a moment. */
  async function untilNothingIsOverdue() {
    while ((await readPageCounters(cdp))['timeouts'] !== 0) await page.title();
  }
  const named = (resources: PageResource[], name: string) => resources.filter((resource) => resource.name === name);

  it('bounds what a page sends to the inspector, whatever it prints or throws, and lets the rest through', async () => {
    page = await (await browser.newContext()).newPage();
    await page.context().addInitScript(limitReports);
    let characters = 0;
    const texts: string[] = [];
    page.on('console', (message) => {
      characters += message.text().length;
      texts.push(message.text());
    });
    page.on('pageerror', ({ message, stack }) => {
      characters += message.length + (stack?.length ?? 0);
    });
    pages['/'] = blank;
    await page.goto(site.url);
    const flood = async (run: string): Promise<number> => {
      // The next period.
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1050)));
      characters = 0;
      await page.evaluate(`{ ${run} }; 0`);
      await page.evaluate('0');
      return characters;
    };
    // Beyond the limit, too, React's development builds get the task that they run an element's code in.
    const tasks = await page.evaluate(() => {
      const { createTask } = console as unknown as { createTask: (this: void, name: string) => unknown };
      return Array.from({ length: 500 }, () => createTask('Row')).filter((task) => task !== undefined).length;
    });
    assert.equal(tasks, 500);
    assert.ok(
      (await flood(`console.log('hello', 7, { a: 1 }, Symbol('s')); console.log('x'.repeat(50_000))`)) > 10_000,
    );
    assert.equal(texts[0], 'hello 7 {a: 1} Symbol(s)');
    assert.match(texts[1]!, /^x{10000}…$/);
    const floods = {
      lines: `for (let i = 0; i < 20_000; i++) console.log('line ' + i)`,
      'long lines': `const text = 'x'.repeat(1e6); for (let i = 0; i < 1000; i++) console.info(text + i)`,
      arguments: `console.log(...Array.from({ length: 50_000 }, (_, i) => i)); console.error(...Array(900).fill('y'.repeat(9000)))`,
      'another console': `const other = console.context('x'); for (let i = 0; i < 1000; i++) other.log('x'.repeat(5000))`,
      'errors and functions': `for (let i = 0; i < 300; i++) { console.warn(new Error('e'.repeat(1e5))); console.log(new Function('/*' + 'f'.repeat(1e5) + '*/')); console.log(Symbol('s'.repeat(1e5)), 10n ** 20_000n) }`,
      thrown: `for (let i = 0; i < 500; i++) queueMicrotask(() => { throw Object.assign(new Error('t'), { stack: 't'.repeat(50_000) }) })`,
      rejected: `for (let i = 0; i < 500; i++) Promise.reject(new Error('r'.repeat(50_000)))`,
      reported: `for (let i = 0; i < 500; i++) reportError('q'.repeat(50_000))`,
    };
    for (const [what, run] of Object.entries(floods)) {
      const sent = await flood(run);
      assert.ok(sent < 250_000, `${what}: ${sent} characters`);
    }
  });

  it('keeps time when a page sets tens of thousands of timers, which displace nothing else', async () => {
    await open('');
    const tookMs = await page.evaluate(() => {
      for (const ms of [50_000, 90_000]) setTimeout(() => {}, ms);
      const began = performance.now();
      for (let number = 0; number < 60_000; number += 1) setTimeout(() => {}, 2000 + (number % 400));
      const took = performance.now() - began;
      addEventListener('x', () => {});
      return took;
    });
    const counts = await nonZero();
    assert.equal(counts['windowListeners'], 1);
    assert.equal(counts['untracked'], undefined, 'all of them end by themselves before long');
    // Walking all of them for each one that is too many took minutes.
    assert.ok(tookMs < 30_000, `${Math.round(tookMs)} ms`);
    const place = (await readPendingWork(cdp)).find((one) => one.kind === 'timer' && one.count === 2) as PendingPlace;
    assert.ok(place.lastDueInMs - place.dueInMs > 39_000, 'it is known when the last of them is over');
  });

  it('knows what still owes an answer, or clicks behind a page that waits for it would do nothing', async () => {
    await open('');
    await readPageCounters(cdp);
    const pending = async () => (await readPendingWork(cdp)).map(({ kind }) => kind).toSorted();
    await page.evaluate(() => {
      const code = "new BroadcastChannel('go').onmessage = () => postMessage(1)";
      const worker = new Worker(URL.createObjectURL(new Blob([code])));
      const opening = indexedDB.open('hooks', 1);
      let goesOn = true;
      opening.onupgradeneeded = () => opening.result.createObjectStore('rows');
      const written = new Promise((done) => {
        opening.onsuccess = () => {
          const change = opening.result.transaction('rows', 'readwrite');
          const read = (): void => {
            const row = change.objectStore('rows').get(1);
            row.onsuccess = () => goesOn && read();
          };
          read();
          change.oncomplete = done;
        };
      });
      const spoke = new Promise((done) => worker.addEventListener('message', done));
      const interval = setInterval(() => {}, 50);
      const finish = async (): Promise<void> => {
        goesOn = false;
        // The worker may not listen yet.
        const again = setInterval(() => new BroadcastChannel('go').postMessage(1), 20);
        await Promise.all([written, spoke]);
        for (const one of [interval, again]) clearInterval(one);
      };
      Object.assign(globalThis, { worker, finish });
    });
    assert.deepEqual(await pending(), ['answer', 'answer', 'interval'], 'a worker that begins by itself, a database');
    await page.evaluate(() => (globalThis as unknown as { finish(): Promise<void> }).finish());
    assert.deepEqual(await pending(), []);
    await page.evaluate(() => (globalThis as unknown as { worker: Worker }).worker.postMessage(1));
    assert.deepEqual(await pending(), ['worker']);
    await page.evaluate(() => (globalThis as unknown as { worker: Worker }).worker.terminate());
    assert.deepEqual(await pending(), [], 'one that was ended owes nothing');
  });

  it('counts what is open, in each iteration, and says on which line it was made', async () => {
    await open(`<script>
      function makeAll(n) {
        URL.createObjectURL(new Blob(['x']));
        performance.mark('start');
        performance.measure('all', 'start');
        setInterval(() => {}, 1e6);
        setTimeout(() => {}, 1e6);
        window.addEventListener('resize', () => n);
        document.addEventListener('keydown', { handleEvent() {} });
        matchMedia('print').addListener(() => n);
        new MutationObserver(() => {}).observe(document.body, { childList: true });
        new ResizeObserver(() => {}).observe(document.body);
        new IntersectionObserver(() => {}).observe(document.body);
        new PerformanceObserver(() => {}).observe({ entryTypes: ['mark'] });
        new BroadcastChannel('news').onmessage = () => {};
        new MessageChannel().port1.onmessage = () => {};
        new Worker('/worker.js');
        new AudioContext();
        new RTCPeerConnection();
        requestAnimationFrame(function loop() { requestAnimationFrame(loop); });
        return Promise.all([
          navigator.mediaDevices.getUserMedia({ audio: true }),
          createImageBitmap(new ImageData(4, 4)).then((bitmap) => (window.bitmaps ??= []).push(bitmap)),
          new Promise((resolve) => { indexedDB.open('db' + n).onsuccess = (event) => { (window.dbs ??= []).push(event.target.result); resolve(); }; }),
        ]);
      }</script>`);
    for (const n of [1, 2, 3]) {
      await markIteration(cdp, n);
      await page.evaluate((n) => (globalThis as unknown as { makeAll(n: number): unknown }).makeAll(n), n);
      await twoFrames();
    }
    await collectGarbage();
    assert.deepEqual(await nonZero(), {
      objectUrls: 3,
      performanceMarks: 3,
      performanceMeasures: 3,
      intervals: 3,
      timeouts: 3,
      animationLoops: 3,
      windowListeners: 3,
      documentListeners: 3,
      otherListeners: 3,
      mutationObservers: 3,
      resizeObservers: 3,
      intersectionObservers: 3,
      performanceObservers: 3,
      broadcastChannels: 3,
      messageChannels: 3,
      workers: 3,
      audioContexts: 3,
      peerConnections: 3,
      mediaTracks: 3,
      imageBitmaps: 3,
      databaseConnections: 3,
    });
    const resources = await readPageResources(cdp);
    const urls = named(resources, 'object URL');
    assert.deepEqual(
      urls.map(({ iteration }) => iteration),
      [1, 2, 3],
    );
    assert.match(urls[0]!.stack, /^Error\n {4}at makeAll \(http:\/\/127\.0\.0\.1:\d+\/:3:13\)/);
    assert.equal(new Set(resources.map(({ id }) => id)).size, resources.length);
    assert.deepEqual(
      named(resources, 'resize listener on window').map(({ iteration }) => iteration),
      [1, 2, 3],
    );
    assert.deepEqual(
      named(resources, 'requestAnimationFrame loop').map(({ iteration }) => iteration),
      [1, 2, 3],
    );
  });

  it('counts new maxima of the text, the attributes and the style rules of the document, with the line that writes them', async () => {
    await open(`<pre id="log"></pre><p id="clock"></p><style id="style"></style><textarea id="console"></textarea><script>
      const sheet = document.querySelector('#style').sheet;
      const native = Object.getOwnPropertyDescriptor(Node.prototype, 'textContent').set;
      const isNative = () => Object.getOwnPropertyDescriptor(Node.prototype, 'textContent').set === native;
      function write(line) {
        document.querySelector('#log').textContent += line;
      }
      function style(n) {
        sheet.insertRule('.c' + n + ' { color: red }');
      }
      function tick(n) { document.querySelector('#clock').textContent = n % 2 ? '10:59' : '9:59'; }
      function mark(n) { document.querySelector('#log').classList.add('seen-' + n); }
      function store(n) { localStorage.setItem('recent-' + n, 'a search of shoes and boots'); }
    </script>`);
    const run = (code: string) => page.evaluate(code);
    const iterations = async (from: number, to: number, code: (n: number) => string) => {
      for (let n = from; n <= to; n += 1) {
        await markIteration(cdp, n);
        await run(code(n));
        await readPageCounters(cdp);
      }
    };
    await iterations(0, 4, (n) => `tick(${n})`);
    assert.deepEqual(await nonZero(), {});
    assert.equal(await run('isNative()'), true, 'nothing is wrapped on a page whose content stays');
    await iterations(5, 8, (n) => `tick(${n}); write('a line of the log\\n'); style(${n})`);
    assert.deepEqual(await nonZero(), { textGrowths: 4, cssRules: 4 });
    const resources = await readPageResources(cdp);
    const lineOf = (name: string) =>
      new Set(named(resources, name).map(({ stack }) => /:(\d+):\d+\)?$/m.exec(stack)?.[1]));
    assert.deepEqual(lineOf("addition to the document's text"), new Set(['6']));
    assert.deepEqual(lineOf('CSSRule'), new Set(['9']));
    assert.deepEqual(
      named(resources, 'CSSRule').map(({ iteration }) => iteration),
      [5, 6, 7, 8],
    );
    await iterations(9, 11, () => "document.querySelector('#console').value += 'a line of the console\\n'");
    assert.deepEqual(await nonZero(), { textGrowths: 4, fieldGrowths: 3, cssRules: 4 });
    await iterations(12, 15, (n) => `mark(${n}); document.querySelector('#clock').dataset.at = ${n}`);
    const grown = { textGrowths: 4, fieldGrowths: 3, attributeGrowths: 4, cssRules: 4 };
    assert.deepEqual(await nonZero(), grown, 'classes that are added and never taken away');
    const marked = await readPageResources(cdp);
    const markedAt = named(marked, "addition to the document's attributes").at(-1)!.stack;
    assert.match(markedAt, /at mark \(\S+:12:\d+\)/);
    await run(`document.querySelector('#log').textContent = ''; document.querySelector('#log').className = '';
      while (sheet.cssRules.length) sheet.deleteRule(0)`);
    await iterations(16, 18, (n) => `write('a line of the log\\n'); style(${n}); mark(${n})`);
    assert.deepEqual(await nonZero(), grown, 'what was emptied has no new maximum');
    await iterations(19, 22, (n) => `store(${n}); sessionStorage.last = 'a search of shoes ' + ${n}`);
    assert.equal((await nonZero())['storageGrowths'], 4, 'what is stored goes on growing in each session of a user');
    const storing = named(await readPageResources(cdp), 'addition to local or session storage').at(-1)!;
    assert.match(storing.stack, /at store \(\S+:13:\d+\)/);
    await iterations(23, 25, () => "store(22); sessionStorage.last = 'a search of boots 23'");
    assert.equal((await nonZero())['storageGrowths'], 4, 'what is written anew adds nothing');
  });

  it('counts records that pile up in databases and caches, with the line that adds them', async () => {
    await open(`<script>
      const request = (of) => new Promise((done, fail) => { of.onsuccess = () => done(of.result); of.onerror = () => fail(of.error); });
      const opening = indexedDB.open('shop');
      opening.onupgradeneeded = () => opening.result.createObjectStore('orders', { keyPath: 'id' }).createIndex('by', 'by');
      const database = request(opening);
      async function inStore(work) {
        const transaction = (await database).transaction('orders', 'readwrite');
        const over = new Promise((done) => { transaction.oncomplete = transaction.onabort = done; });
        transaction.onerror = () => { window.told = (window.told ?? 0) + 1; };
        await work(transaction.objectStore('orders'), transaction);
        await over;
      }
      const add = (id) => inStore((store) => { store.put({ id, by: 'name' }); });
      const again = (id) => inStore((store) => { store.put({ id, by: 'name', again: true }); });
      const replace = (id) => inStore(async (store) => {
        const cursor = await request(store.index('by').openCursor());
        cursor.delete();
        store.add({ id, by: 'name' });
      });
      const clear = () => inStore((store) => { store.clear(); });
      const abort = (id) => inStore((store, transaction) => { store.add({ id, by: 'name' }); transaction.abort(); });
      const keep = async (n) => { await (await caches.open('views')).put('/view-' + n, new Response('a view')); };
      const fill = () => inStore((store) => { for (let id = 100; id < 11_000; id += 1) store.put({ id, by: 'import' }); });
    </script>`);
    const iterations = async (from: number, to: number, code: (n: number) => string) => {
      for (let n = from; n <= to; n += 1) {
        await markIteration(cdp, n);
        await page.evaluate(code(n));
        await page.evaluate(() => caches.keys().then(async ([name]) => name && (await caches.open(name)).keys()));
        await readPageCounters(cdp);
      }
    };
    const records = async () => (await readPageCounters(cdp))['storedRecords'];
    const line = async () =>
      /:(\d+):\d+\)?$/m.exec(
        named(await readPageResources(cdp), 'record in IndexedDB or Cache Storage').at(-1)!.stack,
      )?.[1];
    await iterations(0, 4, (n) => `add(${n}).then(() => again(${n}))`);
    assert.equal(await records(), 4);
    assert.equal(await line(), '13', 'what is written anew adds nothing');
    await iterations(5, 8, (n) => `replace(${n})`);
    await iterations(9, 10, (n) => `abort(${n})`);
    assert.equal(
      await page.evaluate('window.told'),
      2,
      'the page hears of its own requests that were aborted, not of ours',
    );
    await iterations(11, 12, () => 'clear()');
    assert.equal(await records(), 4, 'a store that is as large as before, or smaller, has not grown');
    await iterations(13, 18, (n) => `keep(${n % 3 === 0 ? n : 12})`);
    assert.equal(await records(), 4, 'a store that was emptied makes room');
    await iterations(19, 22, (n) => `keep(${n})`);
    assert.equal(await records(), 6);
    assert.equal(await line(), '22');
    await iterations(23, 23, () => 'fill()');
    await iterations(24, 26, (n) => `add(${n})`);
    assert.equal(await records(), 10, 'a large store is counted, too');
  });

  it('forgets what was ended, by whatever means, and what was collected', async () => {
    await open('');
    await page.evaluate(() => {
      const callback = (): void => {};
      window.addEventListener('resize', callback);
      window.addEventListener('resize', callback); // ignored natively: the same
      window.removeEventListener('resize', callback);
      window.addEventListener('resize', callback, true);
      window.removeEventListener('resize', callback); // another phase: stays
      const controller = new AbortController();
      document.addEventListener('keydown', () => {}, { signal: controller.signal });
      controller.abort();
      document.addEventListener('keyup', () => {}, { signal: AbortSignal.abort() });
      document.addEventListener('fired', () => {}, { once: true });
      document.dispatchEvent(new Event('fired'));
      document.addEventListener('waiting', () => {}, { once: true });
      for (let n = 0; n < 40; n += 1) document.createElement('p').addEventListener('click', () => {});
      const urls = [1, 2, 3].map(() => URL.createObjectURL(new Blob(['x'])));
      urls.forEach((url) => URL.revokeObjectURL(url));
      performance.mark('one');
      performance.measure('two', 'one');
      performance.mark('three');
      performance.clearMarks('one');
      performance.clearMarks();
      performance.clearMeasures('two');
      clearTimeout(setInterval(() => {}, 1e6)); // both clear both
      clearInterval(String(Number(setTimeout(() => {}, 1e6))));
      setTimeout(() => {}, 0);
      setTimeout(() => {}, 2 ** 31); // overflows: fires at once
      new BroadcastChannel('a').close();
      new MessageChannel().port2.close();
      new Worker('/worker.js').terminate();
      void new AudioContext().close();
      new RTCPeerConnection().close();
      void new MutationObserver(() => {});
      cancelAnimationFrame(requestAnimationFrame(() => {}));
      requestAnimationFrame(() => {});
      return Promise.all([
        navigator.mediaDevices
          .getUserMedia({ audio: true })
          .then((s) => s.getTracks().forEach((track) => track.stop())),
        createImageBitmap(new ImageData(4, 4)).then((bitmap) => bitmap.close()),
        new Promise((resolve) => setTimeout(resolve, 300)),
      ]);
    });
    await collectGarbage();
    await untilNothingIsOverdue();
    assert.deepEqual(await nonZero(), { windowListeners: 1 });
    assert.deepEqual(
      (await readPageResources(cdp)).map(({ name }) => name),
      ['resize listener on window', 'waiting listener on document'],
    );
  });

  it('does not keep what it observes, nor grow with what came and went', async () => {
    await open('');
    const round = async () => {
      await page.evaluate(() => {
        for (let n = 0; n < 2000; n += 1) {
          const element = document.createElement('div');
          const payload = Array.from({ length: 100 }, () => n);
          element.addEventListener('click', () => payload);
          new ResizeObserver(() => payload).observe(element);
          window.addEventListener('resize', () => payload, { once: true });
          setTimeout(() => payload, 1);
        }
        window.dispatchEvent(new Event('resize'));
        return new Promise((resolve) => setTimeout(resolve, 20));
      });
      await collectGarbage();
      await readPageResources(cdp);
      await collectGarbage();
      return ((await cdp.send('Runtime.getHeapUsage')) as { usedSize: number }).usedSize;
    };
    await round();
    const before = await round();
    await round();
    const after = await round();
    // Records that stayed would be 5 MB, payloads 7 MB; registries tidy up late, which is worth some 100 KB.
    assert.ok(after - before < 500_000, `${after - before} bytes more after 4000 rounds of made and dropped`);
    await untilNothingIsOverdue();
    assert.deepEqual(await nonZero(), {});
  });

  it('reports one that leaks among many that do not, by its own line', async () => {
    await open(`<script>
      function tidy() { const stop = setInterval(() => {}, 1e6); clearInterval(stop); }
      function leaky() {
        setInterval(() => {}, 1e6);
      }</script>`);
    for (let n = 1; n <= 3; n += 1) {
      await markIteration(cdp, n);
      await page.evaluate(() => {
        const { tidy, leaky } = globalThis as unknown as Record<string, () => void>;
        for (let k = 0; k < 20; k += 1) tidy!();
        leaky!();
      });
    }
    const intervals = await readPageResources(cdp);
    assert.deepEqual(
      intervals.map(({ iteration, stack }) => [iteration, /leaky .*:(\d+):\d+\)/.exec(stack)?.[1]]),
      [
        [1, '4'],
        [2, '4'],
        [3, '4'],
      ],
    );
  });

  it('keeps the iteration of a chain of timeouts that re-arms itself', async () => {
    await open(`<script>function poll() { setTimeout(() => poll(), 100); }</script>`);
    for (const n of [1, 2, 3]) {
      await markIteration(cdp, n);
      await page.evaluate(() => {
        (globalThis as unknown as { poll(): void }).poll();
        return new Promise((resolve) => setTimeout(resolve, 250));
      });
    }
    // One that is overdue on a busy machine counts as fired where others of its kind were armed since: read again then.
    let timeouts: PageResource[] = [];
    for (let tries = 0; tries < 50 && timeouts.length < 3; tries += 1) {
      timeouts = named(await readPageResources(cdp), 'timeout').filter(({ stack }) => stack.includes('poll'));
    }
    // They come in the order in which they were last armed, which is the machine's.
    assert.deepEqual(
      timeouts.map(({ iteration }) => iteration).sort((a, b) => a - b),
      [1, 2, 3],
    );
  });

  it('reads frames of the page, forgets those that went, and knows a URL that another frame revoked', async () => {
    pages['/child'] = `${blank}<script>
      window.addEventListener('resize', () => {});
      parent.childUrl = URL.createObjectURL(new Blob(['x']));
      </script>`;
    await open('<iframe src="/child"></iframe>');
    await markIteration(cdp, 4);
    assert.deepEqual(await nonZero(), { windowListeners: 1, objectUrls: 1 });
    await page.evaluate(() => {
      URL.revokeObjectURL((globalThis as unknown as { childUrl: string }).childUrl);
      const frame = Object.assign(document.createElement('iframe'), { src: '/child' });
      document.body.append(frame);
      return new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
    });

    // The document gained a frame with an address: an attribute.
    assert.deepEqual(await nonZero(), { windowListeners: 2, objectUrls: 1, attributeGrowths: 1 });
    const listeners = named(await readPageResources(cdp), 'resize listener on window');
    assert.deepEqual(
      listeners.map(({ iteration }) => iteration),
      [0, 4],
      'a frame made during an iteration belongs to it',
    );
    await page.evaluate(() => document.querySelectorAll('iframe').forEach((frame) => frame.remove()));
    assert.deepEqual(await nonZero(), { attributeGrowths: 1 }, 'that it once gained one stays noted');
  });

  it('starts anew after a navigation', async () => {
    await open(`<script>window.addEventListener('resize', () => {});</script>`);
    assert.deepEqual(await nonZero(), { windowListeners: 1 });
    await page.reload();
    assert.deepEqual(await nonZero(), { windowListeners: 1 });
  });

  it('leaves every global and every method as they were, to the last attribute', async () => {
    await open('', { hooks: false });
    const native = await page.evaluate(surface);
    await page.context().close();
    await open('');
    const hooked = await page.evaluate(surface);
    assert.ok(Object.keys(native).length > 5000, `${Object.keys(native).length} properties compared`);
    assert.deepEqual(hooked, native);
  });

  it('behaves as the natives do for subclasses, instanceof, new.target and errors', async () => {
    await open('');
    const seen = await page.evaluate(() => {
      class Loud extends Worker {
        made: string;
        constructor(url: string) {
          super(url);
          this.made = new.target.name;
        }
      }
      const loud = new Loud('/worker.js');
      const observer = Reflect.construct(MutationObserver, [() => {}], Object) as object;
      const message = (call: () => unknown): string => {
        try {
          return `no error but ${String(call())}`;
        } catch (error) {
          return (error as Error).message;
        }
      };
      const order: string[] = [];
      const options = Object.fromEntries([]) as AddEventListenerOptions;
      for (const name of ['signal', 'passive', 'once', 'capture']) {
        Object.defineProperty(options, name, { get: () => void order.push(name) });
      }
      window.addEventListener('test', null as never, options);
      window.addEventListener('test', () => {}, options);
      loud.terminate();
      return {
        loud: [loud.made, loud instanceof Loud, loud instanceof Worker, loud.constructor === Loud],
        constructor: new Worker('/worker.js').constructor === Worker,
        tag: Object.prototype.toString.call(loud),
        prototype: Object.getPrototypeOf(observer) === Object.prototype,
        alias: (globalThis as unknown as Record<string, unknown>)['WebKitMutationObserver'] === MutationObserver,
        withoutNew: message(() => (Worker as unknown as () => void)()),
        illegal: message(() => EventTarget.prototype.addEventListener.call({} as EventTarget, 'x', () => {})),
        toString: message(() => Function.prototype.toString.call({} as never)),
        globalCall: message(() => setTimeout.call(undefined as never, () => {}, 0) !== undefined),
        own: Object.getOwnPropertyNames(setTimeout).join(),
        twice: order,
      };
    });
    assert.deepEqual(seen, {
      loud: ['Loud', true, true, true],
      constructor: true,
      tag: '[object Worker]',
      prototype: true,
      alias: true,
      withoutNew:
        "Failed to construct 'Worker': Please use the 'new' operator, this DOM object constructor cannot be called as a function.",
      illegal: 'Illegal invocation',
      toString: "Function.prototype.toString requires that 'this' be a Function",
      globalCall: 'no error but true',
      own: 'length,name',
      twice: ['capture', 'once', 'passive', 'signal', 'capture', 'once', 'passive', 'signal'],
    });
  });

  it('works where a policy forbids inline code and demands trusted types', async () => {
    await open('<script src="/strict.js"></script>', {
      headers: { 'content-security-policy': "default-src 'self'; require-trusted-types-for 'script'; trusted-types" },
    });
    pages['/strict.js'] = `window.addEventListener('resize', () => {});
      try { setTimeout('evil()', 0); } catch (error) { document.title = error.name; }`;
    await page.reload();
    assert.equal(await page.title(), 'TypeError', 'the policy still applies to string handlers');
    assert.deepEqual(await nonZero(), { windowListeners: 1 });
  });

  it('survives a page that patches the language and puts its own functions over ours', async () => {
    await open(`<script>
      const fail = () => { throw new Error('patched'); };
      const { ownKeys, getOwnPropertyDescriptor } = Reflect;
      const prototypes = [Map, WeakMap, Set, String, WeakRef, Array];
      for (let i = 0; i < prototypes.length; i += 1) {
        const prototype = prototypes[i].prototype;
        const keys = ownKeys(prototype);
        for (let k = 0; k < keys.length; k += 1)
          if (keys[k] !== 'constructor' && typeof getOwnPropertyDescriptor(prototype, keys[k]).value === 'function')
            prototype[keys[k]] = fail;
      }
      Error.prepareStackTrace = fail;
      Error.stackTraceLimit = 0;
      performance.now = JSON.stringify = Promise.prototype.then = Date.now = fail;
      document.title = 'patched';
      Map = WeakMap = WeakRef = FinalizationRegistry = Proxy = Reflect = undefined;
      const ours = EventTarget.prototype.addEventListener;
      EventTarget.prototype.addEventListener = function () { return ours.apply(this, arguments); };
      Function.prototype.toString = function () { return 'mine'; };
      URL = class {};
      MutationObserver = class extends MutationObserver {};
      function go() {
        window.addEventListener('resize', () => {});
        new MutationObserver(() => {}).observe(document.body, {});
      }
      </script>`);
    assert.equal(await page.title(), 'patched');
    await markIteration(cdp, 1);
    const { result, exceptionDetails } = (await cdp.send('Runtime.evaluate', {
      expression: `setInterval(() => {}, 1e6); window.addEventListener('resize', () => {}); Error.stackTraceLimit`,
    })) as { result: { value: unknown }; exceptionDetails?: unknown };
    assert.equal(exceptionDetails, undefined);
    assert.equal(result.value, 0, "the limit is the page's again");
    assert.deepEqual(await nonZero(), { windowListeners: 1, intervals: 1 });
    assert.equal((await readPageResources(cdp)).length, 2);
  });

  it('reads a dedicated worker in which they were installed', async () => {
    pages['/counting.js'] =
      'postMessage(0); onmessage = () => { setInterval(() => {}, 1e6); new MessageChannel(); postMessage(1); };';
    await open('');
    const worker = await attachToWorker(cdp, () =>
      page.evaluate(() => {
        const counting = new Worker('/counting.js');
        Object.assign(globalThis, { counting });
        return new Promise((resolve) => counting.addEventListener('message', resolve, { once: true }));
      }),
    );
    await worker.send('Runtime.evaluate', { expression: `(${installPageHooks.toString()})()` });
    await page.evaluate(() => {
      const { counting } = globalThis as unknown as { counting: Worker };
      return new Promise((resolve) => {
        counting.addEventListener('message', resolve, { once: true });
        counting.postMessage(1, []);
      });
    });
    await worker.send('HeapProfiler.collectGarbage');
    const counters = await readPageCounters(worker);
    assert.deepEqual([counters['intervals'], counters['windowListeners']], [1, 0]);
    const resources = await readPageResources(worker);
    assert.match(named(resources, 'interval')[0]!.stack, /counting\.js:1:\d+/);
  });

  it('counts the bytes of WebAssembly memories while they live, made by script or exported by an instance', async () => {
    // (module (memory (export "memory") 1) (func (export "grow") (param i32) (result i32) local.get 0 memory.grow))
    const module = [
      [
        0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 127, 1, 127, 3, 2, 1, 0, 5, 3, 1, 0, 1, 7, 17, 2, 6, 109, 101, 109,
        111,
      ],
      [114, 121, 2, 0, 4, 103, 114, 111, 119, 0, 0, 10, 8, 1, 6, 0, 32, 0, 64, 0, 11],
    ].flat();
    await open('');
    const bytes = async () => (await readPageCounters(cdp))['wasmMemoryBytes'];
    const run = async (script: string) =>
      await page.evaluate(`(async () => { const module = new Uint8Array([${module.join()}]); ${script} })()`);
    const wasmPage = 64 * 1024;
    assert.equal(await bytes(), 0);
    await run('globalThis.memory = new WebAssembly.Memory({ initial: 1 })');
    assert.equal(await bytes(), wasmPage);
    await run('memory.grow(2)');
    assert.equal(await bytes(), 3 * wasmPage);
    await run('globalThis.made = (await WebAssembly.instantiate(module)).instance; made.exports.grow(1)');
    await run('globalThis.built = new WebAssembly.Instance(new WebAssembly.Module(module), {})');
    assert.equal(await bytes(), 6 * wasmPage);
    await run('delete globalThis.memory; delete globalThis.made; delete globalThis.built');
    await collectGarbage();
    assert.equal(await bytes(), 0);
  });

  it('says nothing, rather than something wrong, where it is not installed', async () => {
    await open('', { hooks: false });
    await markIteration(cdp, 1);
    assert.deepEqual(await readPageCounters(cdp), {});
    assert.deepEqual(await readPageResources(cdp), []);
  });

  it('reports an unhandled rejection that the page does not handle, once, as without hooks', async () => {
    await open('');
    const reasons = await page.evaluate(async () => {
      const seen: string[] = [];
      window.addEventListener('unhandledrejection', (event) => {
        seen.push((event.reason as Error).name);
        event.preventDefault();
      });
      void createImageBitmap(new Blob(['not an image']));
      await createImageBitmap(new Blob(['not an image'])).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 50));
      return seen;
    });
    assert.deepEqual(reasons, ['InvalidStateError']);
  });
});

/** A session of the worker that `start` starts. */
async function attachToWorker(cdp: CDPSession, start: () => Promise<unknown>): Promise<CdpSender> {
  let nextId = 0;
  const answers = new Map<number, PromiseWithResolvers<unknown>>();
  cdp.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result, error } = JSON.parse(message) as { id?: number; result?: unknown; error?: { message: string } };
    const answer = id === undefined ? undefined : answers.get(id);
    if (error) answer?.reject(new Error(error.message));
    else answer?.resolve(result);
  });
  const attached = new Promise<CdpSender>((resolve) => {
    cdp.once('Target.attachedToTarget', ({ sessionId }) => {
      resolve({
        async send(method, params) {
          const id = (nextId += 1);
          const answer = Promise.withResolvers<unknown>();
          answers.set(id, answer);
          await cdp.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method, params }) });
          return answer.promise;
        },
      });
    });
  });
  await cdp.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  await start();
  return attached;
}

/** Every own property of every global and of its prototype: attributes, and how its functions present themselves. */
function surface(): Record<string, string> {
  const seen: Record<string, string> = {};
  const describeFunction = (value: unknown): string => {
    if (typeof value !== 'function') return typeof value;
    const own = Reflect.ownKeys(value).map(String).sort().join();
    return [value.name, value.length, value.toString(), own].join('|');
  };
  const visit = (holder: object, path: string): void => {
    for (const key of Reflect.ownKeys(holder)) {
      const descriptor = Reflect.getOwnPropertyDescriptor(holder, key)!;
      const flags = [descriptor.enumerable, descriptor.configurable, descriptor.writable].join();
      seen[`${path}.${String(key)}`] =
        `${flags} ${describeFunction(descriptor.value)} ${describeFunction(descriptor.get)} ${describeFunction(descriptor.set)}`;
    }
  };
  visit(globalThis, 'globalThis');
  for (const key of Object.getOwnPropertyNames(globalThis)) {
    const value = Reflect.getOwnPropertyDescriptor(globalThis, key)?.value as
      | { prototype?: { constructor?: unknown } }
      | undefined;
    if (typeof value !== 'function') continue;
    visit(value, key);
    const prototype = (value as { prototype?: { constructor?: unknown } }).prototype;
    if (!prototype) continue;
    visit(prototype, `${key}.prototype`);
    seen[`${key} is its prototype's constructor`] = String(prototype.constructor === value);
  }
  return seen;
}
