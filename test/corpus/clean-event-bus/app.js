const bus = {
  subscribers: {},
  on(topic, listener) {
    (this.subscribers[topic] ??= []).push(listener);
    return () => {
      this.subscribers[topic] = this.subscribers[topic].filter((other) => other !== listener);
    };
  },
  emit(topic, value) {
    for (const listener of this.subscribers[topic] ?? []) listener(value);
  },
};

function openQuote(symbol) {
  const quote = { symbol, history: Array.from({ length: 60 }, Math.random) };
  const close = bus.on('price', (price) => quote.history.push(price));
  return { quote, close };
}

document.querySelector('#go').addEventListener('click', () => {
  const { quote, close } = openQuote('ACME');
  bus.emit('price', 101.5);
  document.querySelector('#main').textContent = quote.symbol;
  close();
});
