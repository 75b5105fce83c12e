const recordings = [];

function startRecording(canvas) {
  const stream = canvas.captureStream(5); // leak
  recordings.push(stream); // kept
  return stream;
}

const canvas = document.createElement('canvas');
canvas.getContext('2d').fillRect(0, 0, 10, 10);
document.querySelector('#go').addEventListener('click', () => {
  document.querySelector('#main').textContent = startRecording(canvas).id;
});
