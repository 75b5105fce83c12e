function openMatch() {
  const socket = new WebSocket(`ws://${location.host}/socket`); // leak
  socket.onmessage = ({ data }) => (document.querySelector('#main').textContent = data);
  return new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
}

document.querySelector('#go').addEventListener('click', async () => {
  await openMatch();
  document.querySelector('#main').textContent = '';
});
