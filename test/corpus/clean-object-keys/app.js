const drafts = {};

function startDraft() {
  const id = `draft-${crypto.randomUUID()}`;
  drafts[id] = { title: 'Untitled', fields: Array.from({ length: 12 }, (_, n) => `field ${n}`) };
  return id;
}
function discardDraft(id) {
  delete drafts[id];
}

document.querySelector('#go').addEventListener('click', () => discardDraft(startDraft()));
