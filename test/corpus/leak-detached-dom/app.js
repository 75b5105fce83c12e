const closedPanels = [];

function openPanel(title) {
  const panel = document.createElement('section'); // leak
  panel.innerHTML = `<h2>${title}</h2><ul>${'<li>entry</li>'.repeat(20)}</ul>`;
  document.querySelector('#main').append(panel);
  return panel;
}
function closePanel(panel) {
  panel.remove();
  closedPanels.push(panel); // kept
}

document.querySelector('#go').addEventListener('click', () => closePanel(openPanel('Filters')));
