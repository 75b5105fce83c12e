class Dialog {
  #ended = new AbortController();
  constructor() {
    const { signal } = this.#ended;
    this.element = document.createElement('dialog');
    this.element.textContent = 'Settings';
    document.body.append(this.element);
    document.addEventListener('keydown', (event) => event.key === 'Escape' && this.close(), { signal });
    window.addEventListener('resize', () => this.place(), { signal });
    window.addEventListener('scroll', () => this.place(), { signal, passive: true });
    this.element.show();
  }
  place() {
    this.element.style.left = `${window.innerWidth / 2}px`;
  }
  close() {
    this.#ended.abort();
    this.element.remove();
  }
}

document.querySelector('#go').addEventListener('click', () => new Dialog().close());
