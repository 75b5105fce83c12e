class Dialog {
  constructor() {
    this.element = document.createElement('dialog');
    this.element.textContent = 'Settings';
    document.body.append(this.element);
    document.addEventListener('keydown', this.onKey.bind(this)); // leak
    this.element.show();
  }
  onKey(event) {
    if (event.key === 'Escape') this.close();
  }
  close() {
    document.removeEventListener('keydown', this.onKey.bind(this));
    this.element.remove();
  }
}

document.querySelector('#go').addEventListener('click', () => new Dialog().close());
