let job = 0;
document.querySelector('#go').addEventListener('click', () => {
  job += 1;
  document.body.insertAdjacentHTML('beforeend', `<p>job ${job} is done</p>`); // leak
});
