document.querySelector('#go').addEventListener('click', async () => {
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  tone.connect(audio.destination);
  tone.start();
  await audio.close();
});
