import type { Product } from './products.ts';

/** The panel that shows one tea in detail. */
export class DetailsPanel {
  readonly element = document.createElement('section');

  constructor(product: Product, onClose: (panel: DetailsPanel) => void) {
    this.element.className = 'details';
    const title = document.createElement('h2');
    title.textContent = `${product.name} (${product.price.toFixed(2)} €)`;
    const notes = document.createElement('ul');
    for (const note of product.notes) {
      const item = document.createElement('li');
      item.textContent = note;
      notes.append(item);
    }
    const close = document.createElement('button');
    close.className = 'close';
    close.textContent = 'Close';
    close.addEventListener('click', () => onClose(this));
    this.element.append(title, notes, close);
  }

  show(): void {
    document.body.append(this.element);
  }

  hide(): void {
    this.element.remove();
  }
}
