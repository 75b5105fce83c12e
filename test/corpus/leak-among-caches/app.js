const MAX = 20;
const productCache = new Map();
const openedDetails = [];

class Detail {
  constructor(product) {
    this.product = product;
    this.tab = 'description';
  }
}

function load(id) {
  const product = { id, images: Array.from({ length: 30 }, (_, n) => `/images/${id}/${n}`) };
  productCache.set(id, product);
  if (productCache.size > MAX) productCache.delete(productCache.keys().next().value);
  return product;
}

let next = 0;
document.querySelector('#go').addEventListener('click', () => {
  next += 1;
  const detail = new Detail(load(next).id); // leak
  openedDetails.push(detail); // kept
});
