const waiting = new Set();

function nextMessage() {
  return new Promise((resolve) => {
    waiting.add(resolve);
  });
}
function closeConversations() {
  for (const resolve of waiting) resolve(undefined);
  waiting.clear();
}

async function openConversation(host) {
  const history = Array.from({ length: 100 }, (_, id) => ({ id, text: `message ${id}` }));
  host.textContent = `${history.length} messages`;
  const message = await nextMessage();
  if (message) history.push(message);
}

document.querySelector('#go').addEventListener('click', () => {
  const host = document.querySelector('#main');
  void openConversation(host);
  closeConversations();
  host.textContent = '';
});
