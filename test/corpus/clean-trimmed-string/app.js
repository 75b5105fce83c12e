const MAX = 4000;
const terminal = { text: '' };

function print(line) {
  terminal.text = `${terminal.text}${new Date().toISOString()} ${line}\n`.slice(-MAX);
}

document.querySelector('#go').addEventListener('click', () => {
  for (let line = 0; line < 50; line += 1) print(`compiling file ${line} of the project`);
  document.querySelector('#main').textContent = terminal.text.slice(-60);
});
