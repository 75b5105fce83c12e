import assert from 'node:assert/strict';
import { Session } from 'node:inspector';
import { ProgramCodeRunner } from '../../../../src/leaks/node/programCode.ts';

describe('Code that a program runs', () => {
  let session: Session;
  let scripts: string[];
  let runner: ProgramCodeRunner;
  const send = async (method: string, params: object = {}): Promise<unknown> =>
    await new Promise((resolve, reject) =>
      session.post(method, params, (error, result) => (error ? reject(error) : resolve(result))),
    );

  beforeEach(() => {
    session = new Session();
    session.connect();
    scripts = [];
    runner = new ProgramCodeRunner({ send } as unknown as ConstructorParameters<typeof ProgramCodeRunner>[0]);
  });
  afterEach(() => session.disconnect());

  it('is an expression, statements or a function, awaited, with a require', async () => {
    assert.equal(await runner.run('1 + 1 // two'), 2);
    assert.deepEqual(await runner.run('Promise.resolve({ rows: [1] })'), { rows: [1] });
    assert.equal(await runner.run("await new Promise((done) => setTimeout(done, 1, 'late'))"), 'late');
    assert.equal(await runner.run('const one = 1; return one + 1;'), 2);
    assert.equal(await runner.run((number: number) => number * 2, 21), 42);
    assert.deepEqual(await runner.run(async ({ rows }: { rows: number[] }) => rows.length, { rows: [1, 2] }), 2);
    assert.equal(await runner.run("require('node:path').basename('/a/b')"), 'b');
    assert.equal(await runner.run('undefined'), undefined);
  });

  // A command of an extension resolves with whatever its author likes.
  it('as a step may result in what is no JSON', async () => {
    await runner.runStep('globalThis');
    await runner.runStep('(() => { const ring = {}; ring.ring = ring; return ring; })()');
    await runner.runStep('globalThis.leakwrightSteps = (globalThis.leakwrightSteps ?? 0) + 1');
    await runner.runStep('const more = 1; globalThis.leakwrightSteps += more;');
    assert.equal(await runner.run('globalThis.leakwrightSteps'), 2);
    await runner.runStep('delete globalThis.leakwrightSteps');
  });

  it('fails with what it throws, and with why it is no JavaScript', async () => {
    await assert.rejects(runner.runStep('missing.name'), /answers: ReferenceError: missing is not defined/);
    await assert.rejects(runner.run("Promise.reject(new TypeError('no rows'))"), /answers: TypeError: no rows/);
    await assert.rejects(runner.run("throw 'a text'"), /answers: a text/);
    await assert.rejects(runner.runStep('1 +'), /answers: SyntaxError/);
    await assert.rejects(runner.runStep("require('./none.cjs')"), /answers: Error: Cannot find module '.\/none.cjs'/);
  });

  // Scripts and functions of iterations would count as what the program keeps.
  it('is compiled once, however often it runs', async () => {
    session.on('Debugger.scriptParsed', ({ params: { scriptId } }) => scripts.push(scriptId));
    await send('Debugger.enable');
    await runner.runStep('globalThis.Math');
    const before = new Set(scripts).size;
    for (let times = 0; times < 20; times += 1) await runner.runStep('globalThis.Math');
    const added = new Set(scripts).size - before;
    assert.ok(added <= 20, `${added} scripts for 20 runs`);
  });
});
