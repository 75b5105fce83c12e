import { DetailsPanel } from './detailsPanel.ts';
import { type Product, products } from './products.ts';
import { renderProducts } from './productList.ts';

/** Kept so that "back" could reopen the last panel. Nothing ever takes one out: this is the leak. */
const closedPanels: DetailsPanel[] = [];

function openDetails(product: Product): void {
  const panel = new DetailsPanel(product, closeDetails);
  panel.show();
}

function closeDetails(panel: DetailsPanel): void {
  panel.hide();
  closedPanels.push(panel);
}

renderProducts(products, openDetails);
