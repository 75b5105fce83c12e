import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type Page, chromium } from 'playwright';
import { needsNoSandbox, obtainBrowser } from '../../../src/browsers/index.ts';
import type { FromReportPage, ToReportPage } from '../../../src/editor/report/protocol.ts';
import { reportView } from '../../../src/editor/report/reportView.ts';
import { createReport } from '../../../src/reports/index.ts';
import { packageFolder } from '../../../src/support/index.ts';
import { panelFinding, sampleResult } from '../../unit/reports/sampleResult.ts';

const shop = join(packageFolder(), 'test', 'demo', 'shop');
const webview = join(packageFolder(), 'dist', 'webview');
const screenshots = process.env['LEAKWRIGHT_TEST_SCREENSHOTS'];

/** What the editor puts on the page: the colours of its default themes that we use. */
const THEMES = {
  light: ['vscode-light', '#fff', '#3b3b3b', '#3b3b3b', '#005fb8', '#e5e5e5', '#f14c4c', '#cccccc', '#3b3b3b'],
  dark: ['vscode-dark', '#1f1f1f', '#cccccc', '#9d9d9d', '#4daafc', '#2b2b2b', '#f85149', '#616161', '#f8f8f8'],
  contrast: ['vscode-high-contrast', '#000', '#fff', '#fff', '#21a6ff', '#6fc3df', '#f48771', '#000', '#fff'],
} as const;

const samples = Array.from({ length: 7 }, (_, index) => ({
  iteration: index + 1,
  atMs: index * 100,
  jsHeapBytes: 2_000_000 + index * 4096,
  nodes: 100 + index * 9,
  listeners: 12,
  treeBytes: 90_000_000 + index * 200_000,
}));

/** With text that a page might have chosen to be called. */
const leaking = sampleResult({
  samples,
  findings: [
    panelFinding,
    { ...panelFinding, fingerprint: 'f2', name: '<img src=x onerror=alert(1)>', severity: 'critical' },
  ],
  bounded: [{ name: 'CacheEntry', reason: 'is evicted after 40' }],
  warnings: ['The page did not settle in time.'],
});
const report = createReport([leaking], { startedAt: leaking.startedAt, durationMs: leaking.durationMs });
const former = createReport(
  [sampleResult({ samples, findings: [{ ...panelFinding, fingerprint: 'f0', name: 'OldLeak' }] })],
  {
    startedAt: '2026-11-20T10:00:00.000Z',
    durationMs: 1,
  },
);

describe('The page of a report', () => {
  let browser: Browser;
  let page: Page;
  before(async () => {
    const { executablePath, family } = await obtainBrowser();
    browser = await chromium.launch({ executablePath, args: needsNoSandbox(family) ? ['--no-sandbox'] : [] });
  });
  after(() => browser?.close());
  beforeEach(function () {
    if (!existsSync(join(webview, 'reportPanel.js'))) this.skip();
  });
  afterEach(() => page?.close());

  /** The bundled page with a stand-in for the editor at the other end, which notes what it is told. */
  async function show(message: ToReportPage, theme: keyof typeof THEMES = 'dark'): Promise<void> {
    const [name, back, fore, muted, link, border, error, badge, onBadge] = THEMES[theme];
    page = await browser.newPage({ viewport: { width: 1000, height: 1150 } });
    const colours = {
      'editor-background': back,
      foreground: fore,
      descriptionForeground: muted,
      'textLink-foreground': link,
      'textLink-activeForeground': link,
      focusBorder: link,
      'panel-border': border,
      errorForeground: error,
      'badge-background': badge,
      'badge-foreground': onBadge,
      'button-secondaryBackground': back,
      'button-secondaryForeground': fore,
      'button-border': border,
      'charts-blue': link,
      'charts-yellow': '#bf8803',
      'charts-red': '#e51400',
      'charts-orange': '#d18616',
      'testing-iconPassed': '#369432',
      'font-family': 'sans-serif',
      'font-size': '13px',
      'editor-font-family': 'monospace',
    };
    const variables = Object.entries(colours).map(([key, value]) => `--vscode-${key}: ${value};`);
    await page.setContent(
      `<!doctype html><html lang="en"><head><title>Leak Report</title><style>:root { ${variables.join(' ')} } body { background: ${back}; }</style>` +
        `<style>${readFileSync(join(webview, 'reportPanel.css'), 'utf8')}</style></head><body class="${name}"><main></main></body></html>`,
    );
    await page.evaluate((first) => {
      const told: unknown[] = [];
      const world = globalThis as unknown as Record<string, unknown>;
      world['told'] = told;
      world['acquireVsCodeApi'] = () => ({
        postMessage: (message: { type: string }) => {
          told.push(message);
          if (message.type === 'ready') globalThis.postMessage(first, '*');
        },
        setState: (state: unknown) => told.push({ type: 'remembered', state }),
      });
    }, message);
    await page.addScriptTag({ path: join(webview, 'reportPanel.js') });
    await page.getByRole('heading', { level: 1 }).or(page.locator('.empty')).first().waitFor();
  }

  const told = () => page.evaluate(() => (globalThis as unknown as { told: FromReportPage[] }).told);
  const message = (base?: typeof former): ToReportPage => ({
    type: 'show',
    memory: { kind: 'run', run: 'r1' },
    view: reportView(report, { language: 'en', canOpen: () => true, folder: shop, ...(base ? { base } : {}) }).view,
  });

  // Names come from the page under test: markup in them must stay text.
  it('shows findings, charts and facts, and asks to open a place by its number', async () => {
    await show(message());
    const finding = page.getByRole('article').first();
    assert.match(
      await finding.innerText(),
      /minor leak.*1 DetailsPanel \(2\.0 KB\) survives each iteration, kept in closedPanels/,
    );
    assert.equal(await page.locator('img').count(), 0);
    for (const name of ['JS heap', 'DOM nodes', 'Listeners', 'Memory of the whole browser']) {
      await page.locator('.panel').filter({ hasText: name }).locator('canvas').waitFor();
    }
    await finding.getByRole('button', { name: 'src/shop.ts:9:17' }).first().click();
    await page.getByText('Export', { exact: true }).click();
    await page.getByRole('button', { name: 'JSON' }).click();
    await page.getByRole('button', { name: 'Ignore…' }).first().click();
    const messages = await told();
    assert.deepEqual(
      messages.filter(({ type }) => type !== 'ready'),
      [
        { type: 'remembered', state: { kind: 'run', run: 'r1' } },
        { type: 'open', source: 0 },
        { type: 'export', format: 'json' },
        { type: 'ignore', check: 0, fingerprint: 'f1' },
      ],
    );
  });

  it('walks the retaining path with the keyboard', async () => {
    await show(message());
    const tree = page.getByRole('tree').first();
    await tree.getByRole('treeitem', { name: 'Window' }).focus();
    await page.keyboard.press('ArrowDown');
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    assert.equal(await focused(), '⌄closedPanels ← the collection that only grows');
    await page.keyboard.press('ArrowLeft');
    assert.ok(!(await tree.getByRole('treeitem', { name: '[0]' }).isVisible()), 'it is closed');
    await page.keyboard.press('End');
    assert.equal(await focused(), '⌄closedPanels ← the collection that only grows');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('End');
    assert.equal(await focused(), 'DetailsPanel');
  });

  it('has the code of a leak, with its line marked, and the picture of a step that failed', async () => {
    await show(message());
    const marked = await page.locator('figure .place').allInnerTexts();
    assert.match(marked[0]!, /▸ +9 +const panel = new DetailsPanel/);
    const failed = sampleResult({
      verdict: 'error',
      severity: 'none',
      findings: [],
      error: { code: 'leaks.scenarioFailed', message: 'The panel did not open.', screenshot: '/state/one.png' },
    });
    const { view } = reportView(createReport([failed], { startedAt: failed.startedAt, durationMs: 1 }), {
      language: 'en',
      canOpen: () => true,
      pictureAddress: (file) => `data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"><!--${file}--></svg>`,
    });
    await page.close();
    await show({ type: 'show', memory: { kind: 'run', run: 'r1' }, view });
    await page.getByRole('img', { name: 'The page on which the step failed' }).waitFor();
  });

  it('goes to the finding it was opened for', async () => {
    await show({ ...message(), focus: 'f2' } as ToReportPage);
    await page.waitForFunction(() => (document.activeElement as HTMLElement).dataset['fingerprint'] === 'f2');
  });

  it('says which leaks are new, and which are gone, when two runs are compared', async () => {
    await show(message(former));
    const texts = await page.getByRole('article').allInnerTexts();
    assert.match(texts[0]!, /new/);
    assert.match(texts.at(-1)!, /gone.*OldLeak/s);
    await page.getByText('the other run').first().waitFor();
  });

  for (const theme of ['light', 'dark', 'contrast'] as const) {
    it(`has nothing that axe finds wrong in ${theme}`, async () => {
      await show(message(), theme);
      await page.locator('.panel canvas').first().waitFor();
      if (screenshots) {
        mkdirSync(screenshots, { recursive: true });
        await page.screenshot({ path: join(screenshots, `report-page-${theme}.png`), fullPage: true });
      }
      await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
      const violations = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        };
        return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
      });
      assert.deepEqual(violations, []);
    });
  }
});
