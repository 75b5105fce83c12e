// The licence notices of what is bundled, made from what the bundles were made of: dist/THIRD_PARTY_NOTICES.txt.
const { existsSync, readFileSync, readdirSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

/** Packages whose notices some licences want to be kept with every copy, by the names people give such files. */
const NOTICE_FILE = /^(?:licen[cs]e|copying|notice|copyright)(?:[.-].*)?$/i;

/** What is in dist/ without being an input of a bundle. */
const COPIED = {
  'dist/babel.cjs': 'jiti',
};

/** A package of which another's own bundle is made, so that it is not installed by itself. */
const WITHIN = `Within jiti's babel.cjs: Babel (https://babel.dev), MIT

MIT License

Copyright (c) 2014-present Sebastian McKenzie and other contributors

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH
THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

/** The folder of the package that a file belongs to: the nearest with a package.json that has a name and a version. */
function packageOf(file) {
  for (let folder = dirname(file); folder.includes('node_modules'); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (!existsSync(manifest)) continue;
    const { name, version, license, licenses } = JSON.parse(readFileSync(manifest, 'utf8'));
    if (name && version) return { folder, name, version, license: license ?? licenses?.[0]?.type ?? 'see below' };
  }
  return undefined;
}

/** Notices of the package itself, and of what it has taken up from others (heap-snapshot-toolkit: DevTools). */
function noticesIn(folder, below = ['', 'thirdparty/devtools-frontend']) {
  return below.flatMap((path) => {
    const place = join(folder, path);
    if (!existsSync(place)) return [];
    return readdirSync(place)
      .filter((name) => NOTICE_FILE.test(name))
      .sort()
      .map((name) => readFileSync(join(place, name), 'utf8').trim());
  });
}

/**
 * @param {readonly import('esbuild').Metafile[]} metafiles of all bundles
 * @throws Error where a package says nothing of its licence: it must not be shipped then
 */
function writeNotices(metafiles) {
  const files = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap(({ inputs }) =>
      Object.keys(inputs).filter((input) => input.includes('node_modules/') && inputs[input].bytesInOutput > 0),
    ),
  );
  const copied = Object.values(COPIED).map((name) => require.resolve(`${name}/package.json`));
  const packages = new Map();
  for (const file of [...files, ...copied]) {
    const found = packageOf(file);
    if (found) packages.set(`${found.name}@${found.version}`, found);
  }
  const parts = [...packages.keys()]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((key) => {
      const { folder, license } = packages.get(key);
      const notices = noticesIn(folder);
      if (notices.length === 0 && license === 'see below')
        throw new Error(`${key} has no licence that could be shipped.`);
      const text =
        notices.length > 0 ? notices.join('\n\n') : `Its package names this licence and has no text of it: ${license}`;
      return `${key}, ${license}\n\n${text}\n`;
    });
  const line = `\n${'-'.repeat(80)}\n\n`;
  const head = `Leakwright contains the following ${packages.size} packages. Playwright lies beside it with notices of its own.\n`;
  writeFileSync('dist/THIRD_PARTY_NOTICES.txt', [head, ...parts, WITHIN].join(line));
}

module.exports = { writeNotices };
