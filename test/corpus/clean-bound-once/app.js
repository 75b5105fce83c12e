class Slider {
  constructor(host) {
    this.knob = document.createElement('i');
    this.move = this.move.bind(this);
    host.append(this.knob);
  }
  grab() {
    window.addEventListener('pointermove', this.move);
  }
  release() {
    window.removeEventListener('pointermove', this.move);
    this.knob.remove();
  }
  move({ clientX }) {
    this.knob.style.left = `${clientX}px`;
  }
}

document.querySelector('#go').addEventListener('click', () => {
  const slider = new Slider(document.querySelector('#main'));
  slider.grab();
  slider.release();
});
