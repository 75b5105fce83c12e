const lastTexts = [];

function showTable() {
  const table = document.createElement('table');
  for (let row = 0; row < 10; row += 1) {
    const cells = table.insertRow();
    for (let column = 0; column < 4; column += 1) cells.insertCell().textContent = `${row}.${column}`;
  }
  document.querySelector('#main').append(table);
  return table;
}

document.querySelector('#go').addEventListener('click', () => {
  const table = showTable();
  lastTexts[0] = table.rows[9].cells[3].textContent;
  table.remove();
});
