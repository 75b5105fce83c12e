class Inbox {
  open = true;
  messages = Array.from({ length: 30 }, (_, id) => ({ id, subject: `Message ${id}` }));
  poll() {
    this.checkedAt = performance.now();
    setTimeout(() => this.poll(), 400); // leak
  }
  close() {
    this.open = false;
  }
}

document.querySelector('#go').addEventListener('click', () => {
  const inbox = new Inbox();
  inbox.poll();
  inbox.close();
});
