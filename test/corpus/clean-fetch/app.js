let page = 0;
document.querySelector('#go').addEventListener('click', async () => {
  page += 1;
  for (let request = 0; request < 6; request += 1) {
    const response = await fetch(`/json?page=${page}&request=${request}`);
    const products = await response.json();
    document.querySelector('#main').textContent = products.length;
  }
});
