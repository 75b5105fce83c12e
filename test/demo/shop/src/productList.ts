import type { Product } from './products.ts';

/** Fills the page with one card a product. */
export function renderProducts(products: readonly Product[], onOpen: (product: Product) => void): void {
  const list = document.querySelector('#products')!;
  for (const product of products) {
    const card = document.createElement('article');
    card.className = 'product';
    const name = document.createElement('h2');
    name.textContent = product.name;
    const button = document.createElement('button');
    button.className = 'open';
    button.textContent = 'Details';
    button.addEventListener('click', () => onOpen(product));
    card.append(name, button);
    list.append(card);
  }
}
