import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolder } from '../../support/removeFolder.ts';

// What somebody checks is nobody else's business: a browser of ours must not ask its vendor anything.
describe('a browser of a check', function () {
  it('asks for no name that the page did not ask for', async function () {
    if (process.platform !== 'linux') this.skip();
    const folder = mkdtempSync(join(tmpdir(), 'leakwright-silence-'));
    try {
      const resolv = join(folder, 'resolv.conf');
      writeFileSync(resolv, 'nameserver 127.0.0.1\n');
      // A network with nothing but this machine in it, and a resolver that only it has.
      const inside = 'ip link set lo up && mount --bind "$0" /etc/resolv.conf && exec "$@"';
      const namespaces = ['--net', '--mount', ...(process.getuid!() === 0 ? [] : ['--map-root-user'])];
      const enter = (...command: string[]) =>
        spawnSync('unshare', [...namespaces, 'sh', '-c', inside, resolv, ...command], { encoding: 'utf8' });
      // Where the system gives no namespaces, as in some containers.
      if (enter('true').status !== 0) this.skip();
      const { stdout, stderr } = enter(process.execPath, join(import.meta.dirname, 'silenceProgram.ts'));
      assert.deepEqual(JSON.parse(stdout), { code: 0, asked: ['counted.test'] }, stderr);
    } finally {
      removeFolder(folder);
    }
  });
});
