const page = { title: 'Untitled', blocks: [{ type: 'text', runs: ['Hello', 'world'] }] };
const versions = { byTime: [] };

function save() {
  const version = structuredClone(page); // leak
  versions.byTime = [...versions.byTime, version]; // kept
}

document.querySelector('#go').addEventListener('click', () => {
  page.blocks[0].runs.reverse();
  save();
});
