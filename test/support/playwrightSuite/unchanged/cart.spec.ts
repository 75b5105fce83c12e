import { test as base, expect } from '@playwright/test';
import { openShop } from '../shop.ts';

// As a team wrote them before it knew of Leakwright: `check --playwright` repeats what can be repeated.
const test = base.extend<{ shop: { details(): Promise<void> } }>({
  shop: async ({ page }, use) => {
    await use({ details: async () => await page.click('#open') });
  },
});

test.describe('cart', () => {
  test('opens details', async ({ page, shop }) => {
    await openShop(page, 'leaky');
    await shop.details();
    await page.click('#close');
    await expect(page).toHaveTitle('Shop');
  });

  test('cannot: reloads', async ({ page }) => {
    await openShop(page, 'clean');
    await page.reload();
  });

  test('cannot: orders', async ({ page }) => {
    await openShop(page, 'clean');
    await page.evaluate(() => history.pushState({}, '', '/thanks'));
  });

  test('cannot: counts', async ({ page }) => {
    await openShop(page, 'clean');
    await expect(page).toHaveTitle('Shop', { timeout: 1000 });
    await page.evaluate(() => void (document.title = 'Ordered'));
  });

  test('cannot: asks the server', async ({ request }) => {
    expect(request).toBeDefined();
  });
});

test.describe('menu', () => {
  test.beforeEach(async ({ page }) => await openShop(page, 'clean'));

  test('opens what is there', async ({ page }) => {
    await page.click('#open');
    await page.click('#close');
  });
});
