class Row {
  constructor(id) {
    this.id = id;
    this.cells = ['name', 'price', 'stock'].map((column) => ({ column, id }));
  }
}
const selection = new Set();

document.querySelector('#go').addEventListener('click', () => {
  const row = new Row(42); // leak
  selection.add(row); // kept
  document.querySelector('#main').textContent = `${row.id} selected`;
  // An equal row is not the same row.
  selection.delete(new Row(42));
});
