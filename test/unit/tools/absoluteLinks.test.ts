import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageFolder } from '../../../src/support/index.ts';
import { absoluteLinks } from '../../tools/absoluteLinks.ts';

const root = packageFolder();
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const relative = /\]\((?![a-z]+:|#)([^)\s]+)\)/g;

describe('links of the guides', () => {
  it('lead to the repository on npm: links to pages, pictures to files; code and other links stay', () => {
    assert.equal(
      absoluteLinks('[a](docs/cli.md#x) ![p](media/p.png) [b](https://x.y/) [c](#here) `[d](e.md)`'),
      '[a](https://github.com/leakwright/leakwright/blob/HEAD/docs/cli.md#x) ' +
        '![p](https://raw.githubusercontent.com/leakwright/leakwright/HEAD/media/p.png) ' +
        '[b](https://x.y/) [c](#here) `[d](e.md)`',
    );
  });

  it('are all absolute in the README that npm shows', () => {
    assert.ok([...read('README.md').matchAll(relative)].length > 10);
    assert.deepEqual([...absoluteLinks(read('README.md')).matchAll(relative)], []);
  });

  it('lead to files that there are', () => {
    const guides = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.md'),
    );
    const files = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...guides.map((name) => join('docs', name))];
    const broken = files.flatMap((file) =>
      [...read(file).matchAll(relative)]
        .map(([, path]) => path!.replace(/#.*/, ''))
        .filter((path) => path !== '' && !existsSync(join(root, dirname(file), path)))
        .map((path) => `${file}: ${path}`),
    );
    assert.deepEqual(broken, []);
  });
});
