class Pane {
  constructor(host) {
    this.host = host;
    this.sizes = [];
    this.observer = new ResizeObserver(([entry]) => (this.sizes = [entry.contentRect.width])); // leak
    this.observer.observe(document.body);
  }
  close() {
    this.host.textContent = '';
  }
}

document.querySelector('#go').addEventListener('click', () => new Pane(document.querySelector('#main')).close());
