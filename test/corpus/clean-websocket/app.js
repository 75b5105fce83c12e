async function openMatch() {
  const socket = new WebSocket(`ws://${location.host}/socket`);
  socket.onmessage = ({ data }) => (document.querySelector('#main').textContent = data);
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  return async () => {
    const closed = new Promise((resolve) => socket.addEventListener('close', resolve, { once: true }));
    socket.close();
    await closed;
  };
}

document.querySelector('#go').addEventListener('click', async () => {
  const leave = await openMatch();
  await leave();
});
