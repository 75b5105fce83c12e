// Closed panels are used again, so there are never more than were open at once.
const pool = [];

function openPanel(title) {
  const panel = pool.pop() ?? document.createElement('section');
  panel.innerHTML = `<h2>${title}</h2><ul>${'<li>entry</li>'.repeat(20)}</ul>`;
  document.querySelector('#main').append(panel);
  return panel;
}
function closePanel(panel) {
  panel.remove();
  pool.push(panel);
}

document.querySelector('#go').addEventListener('click', () => {
  const panels = [openPanel('Filters'), openPanel('Sorting')];
  panels.forEach(closePanel);
});
