const waiting = [];

function nextMessage() {
  return new Promise((resolve) => {
    waiting.push(resolve); // leak
  });
}

async function openConversation(host) {
  const history = Array.from({ length: 100 }, (_, id) => ({ id, text: `message ${id}` }));
  host.textContent = `${history.length} messages`;
  const message = await nextMessage();
  history.push(message);
}

document.querySelector('#go').addEventListener('click', () => {
  const host = document.querySelector('#main');
  void openConversation(host);
  host.textContent = '';
});
