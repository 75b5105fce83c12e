class Row {
  constructor(id) {
    this.id = id;
    this.cells = ['name', 'price', 'stock'].map((column) => ({ column, id }));
  }
}
const seen = new WeakSet();
const selection = new Set();

document.querySelector('#go').addEventListener('click', () => {
  const row = new Row(42);
  seen.add(row);
  selection.add(row);
  document.querySelector('#main').textContent = `${row.id} selected`;
  selection.delete(row);
});
