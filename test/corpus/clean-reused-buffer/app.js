const recording = { samples: new Float32Array(16384), length: 0 };

function append(chunk) {
  if (recording.length + chunk.length > recording.samples.length) {
    // Room for twice as much, until there is enough for a minute.
    const larger = new Float32Array(Math.min(recording.samples.length * 2, 16384 * 8));
    larger.set(recording.samples.subarray(0, larger.length - chunk.length));
    recording.length = Math.min(recording.length, larger.length - chunk.length);
    recording.samples = larger;
  }
  recording.samples.set(chunk, recording.length);
  recording.length += chunk.length;
}

document.querySelector('#go').addEventListener('click', () => {
  append(Float32Array.from({ length: 16384 }, Math.random));
  document.querySelector('#main').textContent = `${recording.length} samples`;
});
