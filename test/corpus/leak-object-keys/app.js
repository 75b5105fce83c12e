const drafts = {};

function startDraft() {
  const id = `draft-${crypto.randomUUID()}`;
  drafts[id] = { title: 'Untitled', fields: Array.from({ length: 12 }, (_, n) => `field ${n}`) }; // leak
  return id;
}
function discardDraft(id) {
  drafts[id.replace('draft-', '')] = undefined;
}

document.querySelector('#go').addEventListener('click', () => discardDraft(startDraft()));
