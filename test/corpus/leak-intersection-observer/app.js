class InfiniteList {
  constructor(sentinel) {
    this.rows = Array.from({ length: 50 }, (_, row) => ({ row, text: `Row ${row}` }));
    this.observer = new IntersectionObserver(() => this.more()); // leak
    this.observer.observe(sentinel);
  }
  more() {
    this.page = (this.page ?? 0) + 1;
  }
  close() {
    this.rows.length = 0;
  }
}

const sentinel = document.querySelector('#end');
document.querySelector('#go').addEventListener('click', () => {
  new InfiniteList(sentinel).close();
});
