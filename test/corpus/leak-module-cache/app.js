import { createPage } from './pages.js';

let visits = 0;
document.querySelector('#go').addEventListener('click', () => {
  visits += 1;
  const page = createPage(`/products?visit=${visits}`);
  document.querySelector('#main').textContent = page.path;
});
