class Page {
  constructor(path) {
    this.path = path;
    this.sections = ['header', 'list', 'footer'].map((name) => ({ name, path }));
  }
}
const pages = {};

export function createPage(path) {
  return (pages[path] ??= new Page(path));
}
