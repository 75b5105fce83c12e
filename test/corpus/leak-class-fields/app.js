class Clip {
  keyframes = [0, 0.5, 1];
  effects = new Map([['fade', 0.2]]);
}
class Track {
  static all = [];
  clips = [new Clip(), new Clip()];
  constructor() {
    Track.all.push(this); // kept
  }
  remove() {
    this.clips = [];
  }
}

document.querySelector('#go').addEventListener('click', () => {
  const track = new Track(); // leak
  track.remove();
});
