class Page {
  constructor(path) {
    this.path = path;
    this.sections = Array.from({ length: 40 }, (_, id) => ({ id, path }));
  }
}
const pages = new Map();
const gone = new FinalizationRegistry((path) => pages.delete(path));

function createPage(path) {
  let page = pages.get(path)?.deref();
  if (!page) {
    page = new Page(path);
    pages.set(path, new WeakRef(page));
    gone.register(page, path);
  }
  return page;
}

let visits = 0;
document.querySelector('#go').addEventListener('click', () => {
  visits += 1;
  document.querySelector('#main').textContent = createPage(`/products/${visits}`).path;
});
