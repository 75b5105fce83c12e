const subscriptions = new Set();

class Subscription {
  constructor(topic) {
    this.topic = topic;
  }
}

document.querySelector('#go').addEventListener('click', () => {
  const rows = Array.from({ length: 30_000 }, (_, id) => ({ id, text: `row ${id}`, tags: [id % 7] }));
  subscriptions.add(new Subscription('rows')); // leak
  document.querySelector('#main').textContent = `${rows.length} rows`;
});
