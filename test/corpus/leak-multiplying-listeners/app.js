const button = document.querySelector('#go');

function greet() {
  document.querySelector('#main').textContent = 'Hello';
  for (let n = 0; n < 2; n += 1) button.addEventListener('click', () => greet()); // leak
}

greet();
