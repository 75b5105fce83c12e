import { expect, test } from 'leakwright/playwright';
import { openShop } from './shop.ts';

for (let number = 1; number <= 8; number += 1) {
  test(`plain test ${number}`, async ({ page }) => {
    await openShop(page, 'clean');
    await expect(page).toHaveTitle('Shop');
  });
}

test('forgets a context', async ({ browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto('data:text/html,<title>forgotten</title>');
});

test('forgets a browser', async ({ playwright, launchOptions }) => {
  const browser = await playwright.chromium.launch(launchOptions);
  expect(browser.isConnected()).toBe(true);
});
