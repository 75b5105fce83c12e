function openTicker(host) {
  let price = 100;
  const row = document.createElement('p');
  host.append(row);
  const timer = setInterval(() => {
    price += Math.random() - 0.5;
    row.textContent = price.toFixed(2);
  }, 1000);
  return () => {
    clearInterval(timer);
    row.remove();
  };
}

document.querySelector('#go').addEventListener('click', () => {
  const close = openTicker(document.querySelector('#main'));
  close();
});
