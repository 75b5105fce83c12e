const views = {
  list: () => `<ul>${Array.from({ length: 30 }, (_, id) => `<li>Product ${id}</li>`).join('')}</ul>`,
  detail: () => '<article><h2>Product</h2><p>In stock</p><form><input name="amount"><button>Buy</button></form></article>',
};
let shown = 'list';
const main = document.querySelector('#main');
main.innerHTML = views.list();

document.querySelector('#go').addEventListener('click', () => {
  shown = shown === 'list' ? 'detail' : 'list';
  main.innerHTML = views[shown]();
});
