import { PriceStore } from './prices.ts';
import { PriceView } from './view.ts';

const store = new PriceStore();
document.querySelector('#go')!.addEventListener('click', () => {
  const view = new PriceView(store);
  view.mount();
  view.unmount();
});
