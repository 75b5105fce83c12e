const seenIds = new Set();
let nextId = 0;

function load() {
  const items = [];
  for (let index = 0; index < 300; index += 1) {
    nextId += 1;
    if (!seenIds.has(nextId)) items.push(nextId);
    seenIds.add(nextId); // leak
  }
  return items;
}

document.querySelector('#go').addEventListener('click', () => {
  document.querySelector('#main').textContent = `${load().length} new`;
});
