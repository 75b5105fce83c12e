import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnosed, Diagnosis } from '../../../src/doctor/index.ts';
import { LEAST_NODE } from '../../../src/support/index.ts';
import { packageFolder } from '../../../src/support/index.ts';
import { obtainBrowser } from '../../../src/browsers/index.ts';
import { type CliHome, createCliHome } from '../../support/cli.ts';

describe('leakwright doctor', () => {
  let home: CliHome;
  beforeEach(() => (home = createCliHome()));
  afterEach(() => home.dispose());

  const check = (diagnosis: Diagnosis, id: Diagnosed['id']) => diagnosis.checks.find((one) => one.id === id);

  // The first thing to ask somebody whose check does not run.
  it('says which browser, Playwright and folders are used, that the browser starts, and leaves nothing', async () => {
    const { executablePath } = await obtainBrowser();
    const { code, stdout, stderr } = await home.run(['doctor', '--json', '--executable-path', executablePath]);
    assert.equal(code, 0, stderr + stdout);
    const diagnosis = JSON.parse(stdout) as Diagnosis;
    for (const id of ['node', 'playwright', 'browser', 'launch', 'state', 'temporary', 'journal'] as const) {
      assert.equal(check(diagnosis, id)?.state, 'ok', `${id}: ${check(diagnosis, id)?.fact}`);
    }
    assert.match(check(diagnosis, 'browser')!.fact, new RegExp(executablePath.replaceAll(/[.+]/g, String.raw`\$&`)));
    assert.match(check(diagnosis, 'launch')!.fact, /\d+\.\d+.* starts in .* and leaves nothing/);
    assert.deepEqual(home.leftFiles(), []);
  });

  it('says what is wrong and what to do, fails, and goes on with the rest', async () => {
    const { code, stdout } = await home.run(['doctor', '--executable-path', join(home.tempFolder, 'no-browser')]);
    assert.equal(code, 3);
    assert.match(stdout, /PROBLEM +Browser +The browser '.*no-browser' cannot be run: there is no such program\./);
    assert.match(stdout, /→ Correct the setting leakwright\.executablePath or the flag --executable-path/);
    assert.doesNotMatch(stdout, /Starting it/);
    assert.match(stdout, /ok +Journal/);
    assert.match(stdout, /Does not work yet: browser\./);
  });

  // Without it, what a killed session leaves could never be found again.
  it('finds a state folder that cannot be written', async () => {
    const file = join(home.tempFolder, 'a-file');
    writeFileSync(file, '');
    const env = { LEAKWRIGHT_STATE_DIR: join(file, 'state') };
    const { code, stdout } = await home.run(['doctor', '--no-launch', '--json'], { env });
    assert.equal(code, 3);
    const state = check(JSON.parse(stdout) as Diagnosis, 'state');
    assert.equal(state?.state, 'problem');
    assert.match(state.advice!, /LEAKWRIGHT_STATE_DIR/);
  });

  // In a folder that is not trusted, its Playwright must not be run.
  it("leaves the folder's own Playwright alone where it is told to", async () => {
    const own = join(home.tempFolder, 'node_modules', 'playwright');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'package.json'), '{"name":"playwright","version":"9.9.9","main":"index.js"}');
    const proof = join(home.tempFolder, 'was-run');
    writeFileSync(join(own, 'index.js'), `require('fs').writeFileSync(${JSON.stringify(proof)}, '')`);
    const { stdout } = await home.run(['doctor', '--no-launch', '--no-workspace', '--json']);
    assert.match(check(JSON.parse(stdout) as Diagnosis, 'playwright')!.fact, /comes with Leakwright/);
    assert.ok(!existsSync(proof));
  });

  it('asks for the Node that package.json asks for', () => {
    const { engines } = JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')) as {
      engines: { node: string };
    };
    assert.ok(engines.node.startsWith(`>=${LEAST_NODE.join('.')}.`), engines.node);
  });
});
