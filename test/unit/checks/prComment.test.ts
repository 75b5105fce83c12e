import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { packageFolder } from '../../../src/support/index.ts';

// A comment for each push would bury a pull request. GitHub's own program cannot be had here: a script keeps the comments.
describe("The action's comment of a pull request", function () {
  before(function () {
    if (process.platform === 'win32') this.skip();
  });

  it('is made once, then kept up to date', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lw-comment-'));
    try {
      const gh = join(folder, 'gh');
      writeFileSync(
        gh,
        `#!/usr/bin/env bash
         echo "$*" >> "${folder}/calls"
         for given in "$@"; do case "$given" in body=@*) cp "\${given#body=@}" "${folder}/comment";; esac; done
         case "$*" in *--paginate*) [ ! -f "${folder}/comment" ] || echo 42;; esac\n`,
      );
      chmodSync(gh, 0o755);
      writeFileSync(join(folder, 'report.md'), 'first');
      const script = join(packageFolder(), 'scripts', 'prComment.sh');
      const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}` };
      const run = () => {
        const { status, stderr } = spawnSync(script, [join(folder, 'report.md'), 'me/shop', '7'], {
          env,
          encoding: 'utf8',
        });
        assert.equal(status, 0, stderr);
        return readFileSync(join(folder, 'comment'), 'utf8');
      };
      assert.equal(run(), '<!-- leakwright -->\nfirst');
      writeFileSync(join(folder, 'report.md'), 'second');
      assert.equal(run(), '<!-- leakwright -->\nsecond');
      const made = readFileSync(join(folder, 'calls'), 'utf8')
        .split('\n')
        .filter((line) => line.includes('--method'));
      assert.match(made[0]!, /POST repos\/me\/shop\/issues\/7\/comments/);
      assert.match(made[1]!, /PATCH repos\/me\/shop\/issues\/comments\/42/);
      assert.equal(made.length, 2);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
