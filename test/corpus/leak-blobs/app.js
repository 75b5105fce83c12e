const drafts = [];

function saveDraft(text) {
  const draft = new Blob([text], { type: 'text/plain' }); // leak
  drafts.push(draft); // kept
  return draft;
}

document.querySelector('#go').addEventListener('click', () => {
  const draft = saveDraft('Dear reader, '.repeat(5000));
  document.querySelector('#main').textContent = `${draft.size} bytes`;
});
