class Slider {
  constructor(host) {
    this.knob = document.createElement('i');
    host.append(this.knob);
  }
  grab() {
    window.addEventListener('pointermove', this.move.bind(this)); // leak
  }
  release() {
    window.removeEventListener('pointermove', this.move.bind(this));
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
