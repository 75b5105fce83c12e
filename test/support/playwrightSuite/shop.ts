import type { Page } from '@playwright/test';

/** A page that opens and closes a panel; the leaky one keeps each. */
export async function openShop(page: Page, kind: keyof typeof SHOPS): Promise<void> {
  await page.route('http://shop.test/**', (route) => route.fulfill({ contentType: 'text/html', body: SHOPS[kind] }));
  await page.goto('http://shop.test/');
}

const clean = `<!doctype html><title>Shop</title><button id="open">Open</button><button id="close">Close</button>
<script>
class Panel { constructor() { this.items = new Array(100).fill('item'); } }
let current;
document.querySelector('#open').onclick = () => { current = new Panel(); };
document.querySelector('#close').onclick = () => { current = undefined; };
</script>`;

const leaky = `<!doctype html><title>Shop</title><button id="open">Open</button><button id="close">Close</button>
<script>
const closedPanels = [];
class Panel { constructor() { this.items = new Array(100).fill('item'); } }
let current;
document.querySelector('#open').onclick = () => {
  current = new Panel();
};
document.querySelector('#close').onclick = () => {
  closedPanels.push(current);
};
let ticks = 0;
function resized() { ticks += 1; }
</script>`;

const SHOPS = {
  clean,
  leaky,
  late: leaky.replace(
    'closedPanels.push(current);',
    'setTimeout((panel) => closedPanels.push(panel), 30_000, current);',
  ),
};

export async function openAndClose(page: Page): Promise<void> {
  await page.click('#open');
  await page.click('#close');
}
