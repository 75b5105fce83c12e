// Written for playwright-soak-test 0.1.0, with another import: that is all of the way here.
import { test as base } from '@playwright/test';
import {
  SoakLeakError,
  expect,
  installSoakClock,
  measureSoak,
  runSoak,
  soakFixtures,
  test,
} from 'leakwright/playwright';
import { openAndClose, openShop } from './shop.ts';

test.describe('soaks', () => {
  test.use({ soakOptions: { passes: 20, warmup: 3 } });

  test('clean: a soak of a shop that does not leak', async ({ page, soak }) => {
    await openShop(page, 'clean');
    const result = await soak.run(async () => await openAndClose(page));
    expect(result).toMatchObject({ passes: 20, warmup: 3, leaking: false, failures: [], responseTimeouts: 0 });
  });

  test('leak: a soak throws what leaks, with the line', async ({ page, soak }) => {
    await openShop(page, 'leaky');
    await soak.run(async () => await openAndClose(page), { label: 'panels' });
  });

  // Their clock moves 18 s with each pass unless told otherwise.
  test('leak: a soak lets time pass by itself', async ({ page, soak }) => {
    await openShop(page, 'late');
    await soak.run(async () => await openAndClose(page), { clock: { advanceMs: 31_000 } });
  });

  test('clean: a soak allows nodes and listeners up to its thresholds', async ({ page, soak }) => {
    await openShop(page, 'clean');
    const addListener = async () => {
      await page.evaluate(() => window.addEventListener('resize', () => {}));
    };
    const result = await soak.run(addListener, { listenerThreshold: 100 });
    expect(result.trends.listeners).toMatchObject({ perPass: 1, shape: 'linear' });
    const { leaking } = await soak.measure(addListener, { listenerThreshold: 5 });
    expect(leaking).toBe(true);
  });

  test('clean: a soak waits for the response of each pass, and counts those that do not come', async ({
    page,
    soak,
  }) => {
    await openShop(page, 'clean');
    await page.route('http://shop.test/feed', (route) => route.fulfill({ json: [] }));
    const fetchFeed = async () => {
      await page.evaluate(async () => void (await (await fetch('/feed')).text()));
    };
    const { responseTimeouts, leaking } = await soak.measure(fetchFeed, { waitForResponse: '**/feed' });
    expect(leaking).toBe(false);
    expect(responseTimeouts).toBe(0);
  });
});

test('clean: a soak without the fixture', async ({ page }) => {
  await installSoakClock(page);
  await openShop(page, 'leaky');
  const options = { passes: 13, warmup: 3, clock: false } as const;
  expect((await measureSoak(page, async () => await openAndClose(page), options)).leaking).toBe(true);
  await expect(runSoak(page, async () => await openAndClose(page), options)).rejects.toThrow(SoakLeakError);
});

const extended = base.extend<{ kind: 'clean' }>({ kind: 'clean' }).extend(soakFixtures);
extended('clean: a soak in a suite with fixtures of its own', async ({ page, soak, kind }) => {
  await openShop(page, kind);
  await soak.run(async () => await openAndClose(page), { passes: 12, clock: false });
});
