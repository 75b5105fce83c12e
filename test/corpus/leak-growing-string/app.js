const terminal = { text: '' };

function print(line) {
  terminal.text += `${new Date().toISOString()} ${line}\n`; // leak
}

document.querySelector('#go').addEventListener('click', () => {
  for (let line = 0; line < 50; line += 1) print(`compiling file ${line} of the project`);
  document.querySelector('#main').textContent = terminal.text.slice(-60);
});
