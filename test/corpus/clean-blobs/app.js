let draft;

function saveDraft(text) {
  draft = new Blob([text], { type: 'text/plain' });
  return draft;
}

document.querySelector('#go').addEventListener('click', () => {
  saveDraft('Dear reader, '.repeat(5000));
  document.querySelector('#main').textContent = `${draft.size} bytes`;
});
