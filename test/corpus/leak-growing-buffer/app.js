const recording = { samples: new Float32Array(0) };

function append(chunk) {
  const joined = new Float32Array(recording.samples.length + chunk.length); // leak
  joined.set(recording.samples);
  joined.set(chunk, recording.samples.length);
  recording.samples = joined;
}

document.querySelector('#go').addEventListener('click', () => {
  append(Float32Array.from({ length: 16384 }, Math.random));
  document.querySelector('#main').textContent = `${recording.samples.length} samples`;
});
