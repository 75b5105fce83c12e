import { LitElement, html } from 'lit';

const themes = { watchers: new Set() };

class ThemedButton extends LitElement {
  connectedCallback() {
    super.connectedCallback();
    themes.watchers.add(this);
  }
  disconnectedCallback() {
    super.disconnectedCallback();
    themes.watchers.delete(this);
  }
  render() {
    return html`<button>Themed</button>`;
  }
}
customElements.define('themed-button', ThemedButton);

document.querySelector('#go').addEventListener('click', async () => {
  const button = document.createElement('themed-button');
  document.querySelector('#main').append(button);
  await button.updateComplete;
  button.remove();
});
