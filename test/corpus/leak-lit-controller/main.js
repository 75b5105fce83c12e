import { LitElement, html } from 'lit';

const themes = { watchers: new Set() };

class ThemedButton extends LitElement {
  connectedCallback() {
    super.connectedCallback();
    themes.watchers.add(this); // kept
  }
  render() {
    return html`<button>Themed</button>`;
  }
}
customElements.define('themed-button', ThemedButton);

document.querySelector('#go').addEventListener('click', async () => {
  const button = document.createElement('themed-button'); // leak
  document.querySelector('#main').append(button);
  await button.updateComplete;
  button.remove();
});
