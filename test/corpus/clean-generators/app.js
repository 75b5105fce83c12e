function* pagesOf(items) {
  for (let from = 0; from < items.length; from += 10) yield items.slice(from, from + 10);
}

const paging = new Map();

function search(query) {
  const results = Array.from({ length: 30 }, (_, rank) => `${query} ${rank}`);
  const pages = pagesOf(results);
  paging.set(query, pages);
  const { value } = pages.next();
  pages.return();
  paging.delete(query);
  return value;
}

let searches = 0;
document.querySelector('#go').addEventListener('click', () => {
  searches += 1;
  document.querySelector('#main').textContent = search(`shoes ${searches}`).join(', ');
});
