const resizer = new EventTarget();

customElements.define(
  'tab-panel',
  class extends HTMLElement {
    constructor() {
      super();
      this.attachShadow({ mode: 'open' }).innerHTML = '<header><slot name="title"></slot></header><slot></slot>';
    }

    connectedCallback() {
      resizer.addEventListener('resize', this); // leak
    }

    handleEvent() {
      this.toggleAttribute('narrow');
    }

    disconnectedCallback() {
      // An object with handleEvent is not the same as its method.
      resizer.removeEventListener('resize', this.handleEvent);
    }
  },
);

document.querySelector('#go').addEventListener('click', () => {
  const main = document.querySelector('#main');
  main.innerHTML = '<tab-panel><h2 slot="title">Orders</h2><p>None yet</p></tab-panel>';
  main.replaceChildren();
});
