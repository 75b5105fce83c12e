function openNews() {
  const source = new EventSource('/events'); // leak
  return new Promise((resolve) => {
    source.onmessage = ({ data }) => resolve(data);
  });
}

// Browsers open six connections a host, so this one soon stops answering: do not wait for it.
document.querySelector('#go').addEventListener('click', () => {
  openNews().then((news) => (document.querySelector('#main').textContent = news));
});
