import { createPage } from './pages.js';

let visits = 0;
document.querySelector('#go').addEventListener('click', () => {
  visits += 1;
  const page = createPage(`/products/${visits % 4}`);
  document.querySelector('#main').textContent = page.path;
});
