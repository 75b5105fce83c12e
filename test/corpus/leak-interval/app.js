function openTicker(host) {
  let price = 100;
  const row = document.createElement('p');
  host.append(row);
  setInterval(() => { // leak
    price += Math.random() - 0.5;
    row.textContent = price.toFixed(2);
  }, 1000);
  return () => row.remove();
}

document.querySelector('#go').addEventListener('click', () => {
  const close = openTicker(document.querySelector('#main'));
  close();
});
