function beep() {
  const audio = new AudioContext(); // leak
  const tone = audio.createOscillator();
  tone.connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.01);
}

document.querySelector('#go').addEventListener('click', beep);
