const log = document.querySelector('#log');

function write(line) {
  const lines = [...log.textContent.split('\n'), line];
  log.textContent = lines.slice(-25).join('\n');
}

let job = 0;
document.querySelector('#go').addEventListener('click', () => {
  job += 1;
  write(`job ${job} is done`);
});
