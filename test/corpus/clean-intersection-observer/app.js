class Gallery {
  constructor(host) {
    this.host = host;
    this.observer = new IntersectionObserver((entries) => entries.forEach(({ target }) => (target.dataset.seen = '')));
    for (let image = 0; image < 12; image += 1) {
      const figure = document.createElement('figure');
      host.append(figure);
      this.observer.observe(figure);
    }
  }
  close() {
    this.observer.disconnect();
    this.host.replaceChildren();
  }
}

document.querySelector('#go').addEventListener('click', () => new Gallery(document.querySelector('#main')).close());
