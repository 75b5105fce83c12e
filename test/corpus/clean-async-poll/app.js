const sleep = (ms) =>
  new Promise((done) => {
    setTimeout(done, ms);
  });

class Feed {
  items = Array.from({ length: 40 }, (_, id) => ({ id, title: `Item ${id}` }));
  stopped = false;
  async poll() {
    while (!this.stopped) {
      this.polledAt = performance.now();
      await sleep(300);
    }
  }
}

document.querySelector('#go').addEventListener('click', () => {
  const feed = new Feed();
  void feed.poll();
  document.querySelector('#main').textContent = `${feed.items.length} items`;
  feed.stopped = true;
});
