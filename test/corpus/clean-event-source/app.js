function openNews() {
  const source = new EventSource('/events');
  return new Promise((resolve) => {
    source.onmessage = ({ data }) => {
      source.close();
      resolve(data);
    };
  });
}

document.querySelector('#go').addEventListener('click', async () => {
  document.querySelector('#main').textContent = await openNews();
});
