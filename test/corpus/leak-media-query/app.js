class Layout {
  constructor(narrow) {
    this.columns = narrow ? 1 : 3;
  }
}

function openPanel() {
  const query = window.matchMedia('(max-width: 600px)');
  let layout = new Layout(query.matches);
  const update = () => {
    layout = new Layout(query.matches);
    document.querySelector('#state').textContent = `${layout.columns} columns`;
  };
  query.addListener(update); // leak
  return () => document.querySelector('#state').replaceChildren(`closed with ${layout.columns}`);
}

document.querySelector('#go').addEventListener('click', () => {
  const close = openPanel();
  close();
});
