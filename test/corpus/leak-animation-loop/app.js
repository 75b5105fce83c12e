class Sprite {
  x = 0;
  trail = new Float32Array(64);
  start() {
    const step = () => {
      this.x = (this.x + 1) % 640;
      this.trail[this.x % 64] = this.x;
      requestAnimationFrame(step); // leak
    };
    step();
  }
  stop() {
    this.x = -1;
  }
}

document.querySelector('#go').addEventListener('click', () => {
  const sprite = new Sprite();
  sprite.start();
  sprite.stop();
});
