class Sprite {
  x = 0;
  trail = new Float32Array(64);
  start() {
    const step = () => {
      this.x = (this.x + 1) % 640;
      this.trail[this.x % 64] = this.x;
      this.frame = requestAnimationFrame(step);
    };
    step();
  }
  stop() {
    cancelAnimationFrame(this.frame);
  }
}

// One that runs for as long as the page does.
new Sprite().start();
document.querySelector('#go').addEventListener('click', () => {
  const sprite = new Sprite();
  sprite.start();
  sprite.stop();
});
