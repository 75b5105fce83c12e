import { DetailsPanel } from './detailsPanel.ts';
import { type Product, products } from './products.ts';
import { renderProducts } from './productList.ts';

/** One panel is enough to go back to. */
let lastClosed: DetailsPanel | undefined;

function openDetails(product: Product): void {
  const panel = new DetailsPanel(product, closeDetails);
  panel.show();
}

function closeDetails(panel: DetailsPanel): void {
  panel.hide();
  lastClosed = panel;
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'Backspace') lastClosed?.show();
});

renderProducts(products, openDetails);
