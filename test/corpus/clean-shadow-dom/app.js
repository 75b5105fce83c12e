const registry = new Map();
let next = 0;

class UserCard extends HTMLElement {
  constructor() {
    super();
    this.attachShadow({ mode: 'closed' }).innerHTML = '<style>p { color: teal; }</style><p>Ada Lovelace</p><slot></slot>';
  }
  connectedCallback() {
    this.number = next += 1;
    registry.set(this.number, this);
  }
  disconnectedCallback() {
    registry.delete(this.number);
  }
}
customElements.define('user-card', UserCard);

document.querySelector('#go').addEventListener('click', () => {
  const card = document.createElement('user-card');
  document.querySelector('#main').append(card);
  card.remove();
});
