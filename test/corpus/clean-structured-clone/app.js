const page = { title: 'Untitled', blocks: [{ type: 'text', runs: ['Hello', 'world'] }] };
const versions = { byTime: [] };

function save() {
  const version = structuredClone(page);
  versions.byTime = [...versions.byTime.slice(-9), version];
}

document.querySelector('#go').addEventListener('click', () => {
  page.blocks[0].runs.reverse();
  save();
});
