const button = document.querySelector('#go');
let clicks = new AbortController();

function greet() {
  document.querySelector('#main').textContent = 'Hello';
  for (let n = 0; n < 20; n += 1) button.addEventListener('click', () => greet(), { signal: clicks.signal });
}

button.addEventListener('click', () => {
  clicks.abort();
  clicks = new AbortController();
  for (let n = 0; n < 30; n += 1) greet();
});
