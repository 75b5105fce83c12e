const LIBRARY_PATH =
  /(?:^|[/\\])(?:node_modules|bower_components|jspm_packages)[/\\]|\/\.vite\/deps\/|^\/?@(?:vite|react-refresh|id)\/|\/@(?:vite|react-refresh|id)\/|(?:^|\/)(?:webpack|turbopack|rspack)\/(?:runtime|bootstrap|hot|before-startup|startup)|\(webpack\)|vite\/(?:preload-helper|modulepreload-polyfill)|^\0|\/_next\/static\/chunks\/(?:framework|main|polyfills|webpack)[-.]/;
const LIBRARY_FILE = /(?:^|[/.-])(?:vendors?|polyfills?|framework|runtime)(?:[-.~][\w.~-]*)?\.[cm]?js$|\.min\.[cm]?js$/;
const LIBRARY_HOST =
  /^https?:\/\/(?:[\w-]+\.)*(?:unpkg\.com|jsdelivr\.net|cdnjs\.cloudflare\.com|esm\.sh|skypack\.dev|jspm\.dev|jspm\.io|code\.jquery\.com|ajax\.googleapis\.com|polyfill\.io|googletagmanager\.com|google-analytics\.com)\//;
const NOT_PAGE_CODE = /^(?:chrome-extension|moz-extension|extensions|chrome|devtools|node|pptr|native|debugger):/;

/**
 * True for code that the user did not write: packages, a bundler's runtime, what a CDN serves, browser extensions. Judged
 * by name alone; a source map's ignore list says more.
 *
 * Fooled by: a user's own file called `vendor.js` or `x.min.js`; a library that was copied into the sources under a
 * name of its own. Both only change which frame of a stack is named first.
 */
export function isLibraryCode(file: string): boolean {
  const path = file.replace(/[?#].*$/, '');
  return (
    path === '' ||
    path.startsWith('<') ||
    LIBRARY_PATH.test(path) ||
    LIBRARY_FILE.test(path) ||
    LIBRARY_HOST.test(path) ||
    NOT_PAGE_CODE.test(path)
  );
}

/**
 * True where a script is served from a place for libraries. What its source map says of the folders it was built from
 * (`src/`, `webpack://name/src/`) is the library author's, however much it looks like a user's.
 */
export function isServedAsLibrary(url: string): boolean {
  const path = url.replace(/[?#].*$/, '');
  return LIBRARY_PATH.test(path) || LIBRARY_HOST.test(path);
}
