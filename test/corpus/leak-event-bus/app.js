const bus = {
  subscribers: {},
  on(topic, listener) {
    (this.subscribers[topic] ??= []).push(listener); // kept
  },
  emit(topic, value) {
    for (const listener of this.subscribers[topic] ?? []) listener(value);
  },
};

function openQuote(symbol) {
  const quote = { symbol, history: Array.from({ length: 60 }, Math.random) };
  bus.on('price', (price) => quote.history.push(price)); // leak
  return quote;
}

document.querySelector('#go').addEventListener('click', () => {
  const quote = openQuote('ACME');
  document.querySelector('#main').textContent = quote.symbol;
});
