const detailsByOrder = new WeakMap();

function detailsOf(order) {
  let details = detailsByOrder.get(order);
  if (!details) {
    details = { lines: order.items.map((item) => `${item} x1`), openedAt: performance.now() };
    detailsByOrder.set(order, details);
  }
  return details;
}

document.querySelector('#go').addEventListener('click', () => {
  const order = { id: crypto.randomUUID(), items: ['shirt', 'hat', 'socks'] };
  document.querySelector('#main').textContent = detailsOf(order).lines.join(', ');
});
