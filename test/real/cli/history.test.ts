import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../../../src/reports/index.ts';
import { type CliHome, createCliHome } from '../../support/cli.ts';
import type { LoopbackServer } from '../../support/listen.ts';
import { servePages } from '../../support/pages.ts';
import { removeFolder } from '../../support/removeFolder.ts';

describe('leakwright check --history, and in shards', () => {
  let home: CliHome;
  let pages: LoopbackServer;
  let folder: string;

  before(async () => {
    pages = await servePages({
      '/hoard': `<button id="go" onclick="(window.hoard ??= []).push(new Uint8Array(2 ** 20).fill(7))">go</button>`,
      '/idle': `<button id="go" onclick="this.lang = 'en'">go</button>`,
    });
  });
  after(() => pages.close());
  beforeEach(() => {
    home = createCliHome();
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'lw-runs-')));
  });
  afterEach(() => {
    home.dispose();
    removeFolder(folder);
  });

  it('fails for a new leak, and not for one that was accepted', async () => {
    const history = join(folder, 'history.sqlite');
    const check = ['check', '--url', `${pages.origin}/hoard`, '--click', '#go', '--history', history];
    const first = await home.run([...check, '--fail-on-regression']);
    assert.equal(first.code, 1, first.stdout + first.stderr);
    assert.match(first.stderr, /History: run \S+, \d+ regression/);
    assert.equal((await home.run(['history', 'accept', '--history', history])).code, 0);
    const second = await home.run([...check, '--fail-on-regression']);
    assert.equal(second.code, 0, second.stdout + second.stderr);
    assert.match(second.stdout, /known from the history/);
    const list = await home.run(['history', '--history', history, '--json']);
    const { runs } = JSON.parse(list.stdout) as { runs: { checks: { verdict: string }[] }[] };
    // What is recorded is what was found, whatever was accepted.
    assert.deepEqual(
      runs.map(({ checks }) => checks[0]?.verdict),
      ['leak', 'leak'],
    );
    assert.equal(list.stderr, '', 'no notice of an experimental module');
  });

  it('divides scenario files among shards, whose reports become one', async () => {
    for (const [name, page] of [
      ['a', 'idle'],
      ['b', 'hoard'],
      ['c', 'idle'],
    ]) {
      const code = `export default { url: '${pages.origin}/${page}', iteration: (page) => page.click('#go') };`;
      writeFileSync(join(folder, `${name}.leak.mjs`), code);
    }
    const shard = (part: string) =>
      home.run(['check', '--shard', part, '--reporter', `json=reports/${part[0]}.json`], { cwd: folder });
    assert.equal((await shard('1/2')).code, 0);
    assert.equal((await shard('2/2')).code, 1);
    const merged = await home.run(['merge-reports', 'reports', '--reporter', 'json'], { cwd: folder });
    assert.equal(merged.code, 1, merged.stderr);
    const report = JSON.parse(merged.stdout) as Report;
    assert.deepEqual(
      report.checks.map(({ file, verdict }) => [file, verdict]),
      [
        ['a.leak.mjs', 'clean'],
        ['b.leak.mjs', 'leak'],
        ['c.leak.mjs', 'clean'],
      ],
    );
    assert.ok(JSON.parse(readFileSync(join(folder, 'reports', '1.json'), 'utf8')));
  });
});
