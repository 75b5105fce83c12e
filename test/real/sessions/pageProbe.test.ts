import assert from 'node:assert/strict';
import type { BrowserContext, Page } from 'playwright';
import { mapPages } from '../../../src/sessions/mapPages.ts';
import { PageProbe, type PageSample } from '../../../src/sessions/pageProbe.ts';
import { type TestSites, openPage, openTestSites } from '../../support/testSites.ts';

describe('what pages hold', () => {
  let sites: TestSites;
  let context: BrowserContext;
  let probe: PageProbe;
  const at = (host: string, query = '') => sites.at(host, `/${query}`);

  before(async () => {
    sites = await openTestSites(({ searchParams }) => {
      const frame = searchParams.get('frame');
      return { type: 'text/html', body: `<title>Shop</title>${frame ? `<iframe src="${frame}"></iframe>` : ''}` };
    });
  });
  after(async () => await sites?.close());
  beforeEach(async () => {
    probe = new PageProbe();
    context = await sites.browser.newContext();
  });
  afterEach(async () => {
    probe.dispose();
    await context.close();
  });

  const open = async (url: string): Promise<Page> => await openPage(context, url);
  const of = (samples: readonly PageSample[], kind: PageSample['kind']) => samples.filter((one) => one.kind === kind);

  // The question that brings people here is which page grows, and of what.
  it('are heap, nodes and listeners of each page, and rise with what the page makes', async () => {
    const page = await open(at('shop.test'));
    await open(at('other.test'));
    const [before] = await probe.sample(context.pages());
    assert.equal(before?.title, 'Shop');
    assert.equal(before.url, at('shop.test'));
    await page.evaluate(() => {
      const rows = Array.from({ length: 500 }, () => {
        const row = document.createElement('p');
        row.addEventListener('click', () => {});
        return row;
      });
      document.body.append(...rows);
      Object.assign(window, { kept: Array.from({ length: 300_000 }, (_, index) => ({ index })) });
    });
    const [after, other] = await probe.sample(context.pages());
    assert.ok(after!.metrics!.nodes >= before.metrics!.nodes + 500);
    assert.ok(after!.metrics!.listeners >= before.metrics!.listeners + 500);
    assert.ok(after!.metrics!.jsHeapUsedBytes > before.metrics!.jsHeapUsedBytes + 3_000_000);
    assert.ok(other!.metrics!.nodes < 400, 'the other page has none of them');
  });

  it('include those of an iframe in a process of its own, by the ids of the map', async () => {
    await open(at('shop.test', `?frame=${encodeURIComponent(at('pay.test'))}`));
    await open(at('shop.test', `?frame=${encodeURIComponent(at('shop.test'))}`));
    const samples = await probe.sample(context.pages());
    assert.deepEqual(
      of(samples, 'iframe').map(({ url }) => url),
      [at('pay.test')],
      'an iframe in the process of its page is counted there',
    );
    const mapped = await mapPages(context.pages());
    const parts = new Set(mapped.flatMap((renderer) => renderer.parts.map(({ id }) => id)));
    for (const { id } of samples) assert.ok(parts.has(id));
  });

  it('tell when a page went somewhere, a reload included', async () => {
    const page = await open(at('shop.test'));
    assert.equal((await probe.sample([page]))[0]?.navigatedAt, undefined, 'before it was watched');
    const started = Date.now();
    await page.reload();
    const [sample] = await probe.sample([page]);
    assert.ok(sample!.navigatedAt! >= started);
    assert.equal(probe.page(sample!.id), page);
    await page.close();
    assert.equal(probe.page(sample!.id), undefined);
  });

  // A page in an endless loop is exactly what somebody looks for here.
  it('are told of the others while one page hangs', async () => {
    const hung = await open(at('shop.test'));
    await open(at('other.test'));
    await probe.sample(context.pages());
    const hangs = hung.waitForEvent('console');
    void hung.evaluate("console.log('from here on'); for (;;) {}").catch(() => {});
    await hangs;
    for (let round = 0; round < 2; round += 1) {
      const samples = await probe.sample(context.pages());
      assert.ok(samples.find(({ url }) => url === at('other.test'))?.metrics, 'the other answers');
      const shown = samples.find(({ url }) => url === at('shop.test'));
      assert.equal(shown?.metrics, undefined);
    }
  });
});
