class ToastMessage extends HTMLElement {
  static shown = new Set();
  connectedCallback() {
    ToastMessage.shown.add(this); // kept
    this.textContent = 'Saved';
  }
}
customElements.define('toast-message', ToastMessage);

document.querySelector('#go').addEventListener('click', () => {
  const toast = document.createElement('toast-message'); // leak
  document.querySelector('#main').append(toast);
  toast.remove();
});
