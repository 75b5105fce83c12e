import { type LeakReport, expect, test } from 'leakwright/playwright';
import { mergeTests } from '@playwright/test';
import { openAndClose, openShop } from './shop.ts';

test.describe('checks', () => {
  test('clean: a shop that does not leak', async ({ page, leaks }) => {
    await openShop(page, 'clean');
    expect(await leaks.check(openAndClose)).toBeLeakFree();
  });

  test('leak: the leaky shop is found out', async ({ page, leaks }) => {
    await openShop(page, 'leaky');
    const report = await leaks.check(async () => await openAndClose(page), { name: 'panels' });
    const [finding] = report.findings;
    expect(finding).toMatchObject({ name: 'Panel', holder: 'closedPanels', perIteration: 1 });
    expect(finding?.allocatedAt).toMatchObject({ line: 7, precision: 'line' });
    expect(finding?.keptAt).toMatchObject({ line: 10, precision: 'line' });
    // It may be let pass below the severity that fails.
    expect(report).not.toBeLeakFree();
    expect(report).toBeLeakFree({ failOn: 'critical' });
    expect(report).toBeLeakFree();
  });

  test('clean: an ignored leak does not count', async ({ page, leaks }) => {
    await openShop(page, 'leaky');
    const report = await leaks.check(openAndClose, { ignore: [{ reason: 'known', holder: 'closedPanels' }] });
    expect(report.findings).toHaveLength(1);
    expect(report).toBeLeakFree();
  });

  test('clean: a second check on the same page stands on its own', async ({ page, leaks }) => {
    await openShop(page, 'leaky');
    const addListener = async () => {
      await page.evaluate(() => window.addEventListener('resize', () => {}));
    };
    const first = await leaks.check(addListener);
    expect(first.findings.map(({ kind }) => kind)).toEqual(['event-listener']);
    const second = await leaks.check(async () => await page.hover('#open'));
    expect(second).toBeLeakFree();
    // The page is still the test's own.
    await expect(page).toHaveTitle('Shop');
  });

  // What is kept half a minute after each click is seen only where that time passes.
  test('leak: a soak lets time pass', async ({ page, leaks }) => {
    await openShop(page, 'late');
    const began = Date.now();
    const report = await leaks.repeat(20, openAndClose, { clock: '31s' });
    expect(report.findings[0]).toMatchObject({ name: 'Panel', holder: 'closedPanels', perIteration: 1 });
    expect(Date.now() - began).toBeLessThan(10 * 31_000);
    expect(report).toBeLeakFree();
  });

  const merged = mergeTests(test, test.extend<{ kind: 'clean' }>({ kind: 'clean' }));
  merged('clean: a soak in a merged suite that is slow has its own time', async ({ page, leaks, kind }, info) => {
    merged.slow();
    const { timeout } = info;
    await openShop(page, kind);
    const report = await leaks.repeat(13, openAndClose, { clock: 1000 });
    expect(report.iterations).toBe(10);
    expect(info.timeout).toBeGreaterThanOrEqual(timeout);
    expect(report).toBeLeakFree();
  });

  test('throws: what the iteration throws is the test’s own failure', async ({ page, leaks }) => {
    await openShop(page, 'clean');
    await leaks.check(() => {
      throw new TypeError('the step is wrong');
    });
  });

  test('throws: only what leaks.check gives can be free of leaks', async () => {
    expect(() => expect({} as LeakReport).toBeLeakFree()).toThrow(/takes what leaks.check/);
    throw new Error('as expected');
  });
});
