class Chart {
  constructor(host) {
    this.host = host;
    this.points = Array.from({ length: 200 }, (_, index) => index * Math.random());
    this.onResize = () => this.draw();
    window.addEventListener('resize', this.onResize); // leak
    this.draw();
  }
  draw() {
    this.host.textContent = `${this.points.length} points at ${this.host.clientWidth}px`;
  }
  close() {
    this.host.textContent = '';
  }
}

document.querySelector('#go').addEventListener('click', () => {
  const chart = new Chart(document.querySelector('#main'));
  chart.close();
});
