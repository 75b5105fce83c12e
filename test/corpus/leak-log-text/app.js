const log = document.querySelector('#log');

function write(line) {
  log.textContent += `${line}\n`; // leak
}

let job = 0;
document.querySelector('#go').addEventListener('click', () => {
  job += 1;
  write(`job ${job} is done`);
});
