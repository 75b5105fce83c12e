import assert from 'node:assert/strict';
import type { BrowserContext, Frame, Page } from 'playwright';
import {
  type CdpSession,
  mapPagesToProcesses,
  readPageMetrics,
  rendererContents,
} from '../../../src/browsers/index.ts';
import { type ProcessReader, createProcessReader } from '../../../src/processes/index.ts';
import { type TestSites, openPage, openTestSites } from '../../support/testSites.ts';

/** Pages that hold the frames their address asks for, and workers where it says so. */
function answer(url: URL): { type: string; body: string } {
  if (url.pathname === '/service-worker.js')
    return { type: 'text/javascript', body: 'oninstall = () => skipWaiting(); onfetch = () => {};' };
  if (url.pathname.endsWith('.js')) return { type: 'text/javascript', body: 'onmessage = () => {};' };
  const frames = url.searchParams.getAll('frame').map((source) => `<iframe src="${source}"></iframe>`);
  const workers = url.searchParams.has('workers')
    ? `<script>
         window.worker = new Worker('/worker.js');
         window.shared = new SharedWorker('/shared.js');
         window.ready = navigator.serviceWorker.register('/service-worker.js').then(() => navigator.serviceWorker.ready).then(() => true);
       </script>`
    : '';
  return {
    type: 'text/html',
    body: `<!doctype html><title>Tab ${url.pathname.slice(1)}</title>${frames.join('')}${workers}`,
  };
}

describe('which page is in which process', () => {
  if (process.platform !== 'linux') return;
  let sites: TestSites;
  let context: BrowserContext;
  let reader: ProcessReader;

  before(async () => {
    reader = createProcessReader();
    sites = await openTestSites(answer);
  });
  after(async () => await sites?.close());
  beforeEach(async () => {
    context = await sites.browser.newContext();
  });
  afterEach(() => context.close());

  const at = (host: string, path: string) => sites.at(host, path);
  const open = async (url: string): Promise<Page> => await openPage(context, url);

  const session = async (page: Page | Frame) => (await context.newCDPSession(page)) as unknown as CdpSession;
  const map = async (pages: readonly Page[]) =>
    mapPagesToProcesses(await Promise.all(pages.map((page) => session(page))));

  /** The renderer that works when the frame does: told by the processor time, not by what the browser says. */
  async function rendererByWork(frame: Frame, pids: readonly number[]): Promise<number> {
    const times = async () => {
      const { processes } = await reader.readTable();
      return new Map(pids.map((pid) => [pid, processes.get(pid)?.cpuMs ?? 0]));
    };
    const before = await times();
    await frame.evaluate(() => {
      const end = performance.now() + 300;
      while (performance.now() < end);
    });
    const after = await times();
    const work = pids.map((pid) => ({ pid, ms: after.get(pid)! - before.get(pid)! }));
    return work.sort((a, b) => b.ms - a.ms)[0]!.pid;
  }

  it('is right for six tabs with cross-site iframes and a shared renderer', async () => {
    const nested = encodeURIComponent(at('d.test', '/nested'));
    const pages = [
      await open(at('a.test', '/one')),
      await open(at('b.test', `/two?frame=${encodeURIComponent(at('c.test', '/ads'))}&frame=/same`)),
      await open(at('c.test', '/three')),
      await open(at('b.test', `/four?frame=${encodeURIComponent(at('a.test', `/pay?frame=${nested}`))}`)),
      await open('about:blank'),
    ];
    const popup = context.waitForEvent('page');
    await pages[0]!.evaluate(
      (url) => {
        window.open(url);
      },
      at('a.test', '/six'),
    );
    pages.push(await popup);
    await pages[5]!.waitForLoadState();

    const { pages: mapped, unmapped } = await map(pages);
    assert.deepEqual(unmapped, []);
    assert.deepEqual(
      mapped.map(({ title }) => title),
      ['Tab one', 'Tab two', 'Tab three', 'Tab four', 'about:blank', 'Tab six'],
    );
    assert.deepEqual(
      mapped.map(({ frames }) =>
        frames.map(({ kind, url }) => `${kind} ${url.replace(`:${sites.port}`, '').split('?')[0]}`),
      ),
      [
        ['page http://a.test/one'],
        ['page http://b.test/two', 'iframe http://c.test/ads', 'iframe http://b.test/same'],
        ['page http://c.test/three'],
        ['page http://b.test/four', 'iframe http://a.test/pay', 'iframe http://d.test/nested'],
        ['page about:blank'],
        ['page http://a.test/six'],
      ],
    );
    assert.equal(mapped[5]!.pid, mapped[0]!.pid, 'a popup shares the renderer of its opener');
    const [two, ads, same] = mapped[1]!.frames;
    assert.notEqual(ads!.pid, two!.pid);
    assert.equal(same!.pid, two!.pid);

    // And now by a witness: every frame's own work must show in the renderer that it was said to be in.
    const renderers = [...new Set(mapped.flatMap(({ frames }) => frames.map(({ pid }) => pid)))];
    assert.ok(renderers.length >= 6, `${renderers.length} renderers`);
    for (const [index, page] of pages.entries()) {
      for (const frame of page.frames()) {
        const said = mapped[index]!.frames.find(({ url }) => url === frame.url());
        assert.equal(said?.pid, await rendererByWork(frame, renderers), frame.url());
      }
    }
    const contents = rendererContents({ pages: mapped, workers: [], unmapped: [] });
    assert.equal(contents.get(mapped[0]!.pid)?.label, 'Tab one and 1 more page');
    assert.equal(contents.get(ads!.pid)?.label, `iframe of c.test:${sites.port}`);
  });

  it('places dedicated, shared and service workers', async () => {
    const page = await open(`http://localhost:${sites.port}/shop?workers`);
    await page.waitForFunction('window.ready');
    const { pages, workers } = await map([page]);
    const place = ({ kind, url, pid }: { kind: string; url: string; pid: number }) =>
      `${kind} ${new URL(url).pathname} ${pid === pages[0]!.pid ? 'beside the page' : 'elsewhere'}`;
    assert.deepEqual(
      pages[0]!.frames.filter(({ kind }) => kind === 'worker').map((worker) => place(worker)),
      ['worker /worker.js beside the page'],
    );
    assert.deepEqual(
      workers.map(({ kind, url }) => `${kind} ${new URL(url).pathname}`).sort((a, b) => a.localeCompare(b)),
      ['service-worker /service-worker.js', 'shared-worker /shared.js'],
    );
    const { processes } = await reader.readTable();
    for (const { pid } of workers) assert.match(processes.get(pid)!.commandLine.join(' '), /--type=renderer/);
  });

  it('gives way when somebody else is tracing, and leaves no trace running itself', async () => {
    const page = await open(at('a.test', '/one'));
    const other = await session(page);
    await other.send('Tracing.start', { transferMode: 'ReportEvents' });
    const busy = await map([page]);
    assert.deepEqual(busy.pages, []);
    assert.match(busy.unmapped[0]!.reason, /already been started/);
    const ended = new Promise<void>((resolve) => {
      other.on('Tracing.tracingComplete', () => resolve());
    });
    await other.send('Tracing.end');
    await ended;
    for (let times = 0; times < 3; times += 1) assert.equal((await map([page])).pages.length, 1);
  });

  it('says why a page that is gone could not be placed, and still places the others', async () => {
    const pages = [await open(at('a.test', '/one')), await open(at('b.test', '/two'))];
    const sessions = await Promise.all(pages.map((page) => session(page)));
    await pages[0]!.close();
    const { pages: mapped, unmapped } = await mapPagesToProcesses(sessions);
    assert.deepEqual(
      mapped.map(({ title }) => title),
      ['Tab two'],
    );
    assert.equal(unmapped.length, 1);
  });

  it("reads a page's heap, nodes and listeners", async () => {
    const page = await open(at('a.test', '/one'));
    const cdp = await session(page);
    const before = await readPageMetrics(cdp);
    await page.evaluate(() => {
      for (let index = 0; index < 500; index += 1) {
        const item = document.createElement('p');
        item.addEventListener('click', () => undefined);
        document.body.append(item);
      }
      (window as unknown as { kept: number[] }).kept = Array.from({ length: 1_000_000 }, (_, index) => index + 0.5);
    });
    const after = await readPageMetrics(cdp);
    assert.ok(after.nodes - before.nodes >= 500, `${before.nodes} to ${after.nodes}`);
    assert.ok(after.listeners - before.listeners >= 500, `${before.listeners} to ${after.listeners}`);
    assert.ok(
      after.jsHeapUsedBytes - before.jsHeapUsedBytes > 4e6,
      `${before.jsHeapUsedBytes} to ${after.jsHeapUsedBytes}`,
    );
  });
});
