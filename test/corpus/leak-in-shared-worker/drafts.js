const drafts = [];

class Draft {
  constructor(text) {
    this.text = text;
    this.words = text.split(' ');
  }
}

onconnect = ({ ports: [port] }) => {
  port.onmessage = ({ data }) => {
    const draft = new Draft(data); // leak
    drafts.push(draft); // kept
    port.postMessage(draft.text.length);
  };
};
