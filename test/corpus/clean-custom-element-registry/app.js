class ToastMessage extends HTMLElement {
  static shown = new Set();
  connectedCallback() {
    ToastMessage.shown.add(this);
    this.textContent = 'Saved';
  }
  disconnectedCallback() {
    ToastMessage.shown.delete(this);
  }
}
customElements.define('toast-message', ToastMessage);

document.querySelector('#go').addEventListener('click', () => {
  const toast = document.createElement('toast-message');
  document.querySelector('#main').append(toast);
  toast.remove();
});
