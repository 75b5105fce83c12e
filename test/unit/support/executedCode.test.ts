import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const subject = pathToFileURL(join(import.meta.dirname, '..', '..', '..', 'src', 'support', 'executedCode.ts')).href;

describe('executed code', () => {
  let folder: string;
  let kept: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lw-executed-'));
    kept = join(folder, 'kept');
  });
  afterEach(async () => await rm(folder, { recursive: true, force: true }));

  /** A file that is large enough to be kept, and says what it is asked for. */
  const large = async (code: string, name = 'large.cjs'): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, `${code}\n${'// Nothing to do.\n'.repeat(16_000)}`);
    return file;
  };
  const run = (file: string, use = 'check'): { said: string; error: string } => {
    const code = `
      import { createRequire } from 'node:module';
      import { keepExecutedCode } from ${JSON.stringify(subject)};
      keepExecutedCode(${JSON.stringify(kept)}, ${JSON.stringify(use)});
      console.log(await createRequire(${JSON.stringify(file)})(${JSON.stringify(file)}));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
    return { said: stdout.trim(), error: stderr };
  };
  const only = async (): Promise<string> => {
    const names = await readdir(kept);
    assert.equal(names.length, 1, names.join());
    return join(kept, names[0]!);
  };

  it('is kept once, and taken up by the next run', async () => {
    const file = await large('module.exports = [1, 2].map((n) => n + 1).join();');
    assert.equal(run(file).said, '2,3');
    const longAgo = new Date(2020, 1, 1);
    await utimes(await only(), longAgo, longAgo);
    assert.equal(run(file).said, '2,3');
    assert.equal((await stat(await only())).mtimeMs, longAgo.getTime());
  });

  it('holds what ran, not only what was there before', async () => {
    const body = Array.from({ length: 200 }, (_, i) => `x += ${i} * x % 7;`).join(' ');
    const code = `function sum(x) { ${body} return x; } module.exports = process.env.CALL ? sum(1) : 0;`;
    const file = await large(code);
    run(file, 'idle');
    const idle = (await stat(await only())).size;
    process.env['CALL'] = '1';
    try {
      await rm(kept, { recursive: true });
      run(file, 'busy');
      assert.ok((await stat(await only())).size > idle + 1000);
    } finally {
      delete process.env['CALL'];
    }
  });

  it('is made anew where the file changed, whatever its length and date', async () => {
    const file = await large("module.exports = 'one';");
    const at = new Date(1985, 9, 26);
    await utimes(file, at, at);
    assert.equal(run(file).said, 'one');
    await large("module.exports = 'two';");
    await utimes(file, at, at);
    assert.equal(run(file).said, 'two');
    assert.equal((await readdir(kept)).length, 2);
  });

  it('is told apart by what the process is for', async () => {
    const file = await large('module.exports = 1;');
    run(file, 'check');
    run(file, 'tree');
    assert.equal((await readdir(kept)).length, 2);
  });

  it('is made anew where what is kept is not whole', async () => {
    const file = await large('module.exports = [3].concat(4).join();');
    run(file);
    const whole = await readFile(await only());
    const flipped = Buffer.from(whole);
    flipped[whole.length >> 1]! ^= 1;
    for (const broken of [Buffer.alloc(0), Buffer.from('x'), whole.subarray(0, whole.length >> 1), flipped]) {
      await writeFile(await only(), broken);
      assert.deepEqual(run(file), { said: '3,4', error: '' });
      assert.equal((await stat(await only())).size, whole.length);
    }
  });

  it('is no reason to fail where it cannot be kept', async () => {
    const file = await large('module.exports = 5;');
    await writeFile(kept, 'a file where the folder should be');
    assert.deepEqual(run(file), { said: '5', error: '' });
  });

  it('leaves a module all that Node gives it', async () => {
    await writeFile(join(folder, 'near.cjs'), "exports.name = 'near';");
    const file = await large(
      `exports.itself = module.exports === exports && this === exports && module.filename === __filename;
       const rest = [require('./near.cjs').name, require.resolve('./near.cjs') === __dirname + require('path').sep + 'near.cjs'];
       module.exports = import('./near.cjs').then((near) => [exports.itself, ...rest, near.default.name, typeof require.cache].join());`,
    );
    for (const _ of ['first', 'second']) assert.equal(run(file).said, 'true,near,true,near,object');
  });

  it('leaves places in stacks as they are, on the first line too', async () => {
    const file = await large("module.exports = new Error('here').stack.split('\\n')[1];");
    for (const _ of ['first', 'second']) assert.match(run(file).said, /large\.cjs:1:18\)?$/);
  });

  it('is not kept of ES modules, which run as what they are', async () => {
    for (const [type, code] of [
      ['module', "console.log('as', typeof this);"],
      ['commonjs', 'export default 1; console.log("as", typeof this);'],
    ]) {
      await writeFile(join(folder, 'package.json'), JSON.stringify({ ...(type === 'module' && { type }) }));
      const file = await large(code!, 'large.js');
      assert.match(run(file).said, /^as undefined\n/, type);
      await assert.rejects(readdir(kept), /ENOENT/);
    }
  });

  it('is not kept of text that is in no file', async () => {
    const file = await large(`
      const Module = require('node:module');
      const made = new Module('made up');
      made._compile('module.exports = 6;' + '\\n'.repeat(300_000), '/nowhere/made-up.cjs');
      module.exports = made.exports;`);
    assert.deepEqual(run(file), { said: '6', error: '' });
    await only();
  });

  it('leaves it to Node to say what is wrong with a file', async () => {
    const file = await large('module.exports = (;');
    const { error } = run(file);
    assert.match(error, /large\.cjs:1/);
    assert.match(error, /SyntaxError: Unexpected token ';'/);
  });
});
