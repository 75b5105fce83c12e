import assert from 'node:assert/strict';
import { limitLines } from '../../../src/agents/lineLimit.ts';

/** What passes, and what the client is answered, for text that comes in pieces of a size. */
async function feed(text: string, pieceBytes: number, maxBytes = 200): Promise<{ passed: string; answers: unknown[] }> {
  const answers: unknown[] = [];
  const limit = limitLines((line) => answers.push(JSON.parse(line)), maxBytes);
  let passed = '';
  limit.on('data', (chunk: Buffer) => (passed += chunk.toString('utf8')));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) limit.write(bytes.subarray(at, at + pieceBytes));
  await new Promise<void>((resolve) => limit.end(resolve));
  return { passed, answers };
}

// An agent that sends too much must be told so: a server that ends without a word leaves it without tools.
describe('the lines of an agent', () => {
  const good = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
  const long = `{"jsonrpc":"2.0","id":"seven","method":"${'x'.repeat(300)}"}`;

  for (const pieceBytes of [1, 7, 64, 10_000]) {
    it(`are passed on, answered where they are too long or no JSON, in pieces of ${pieceBytes}`, async () => {
      const { passed, answers } = await feed(
        `${good}\r\n${long}\n\nnot json\n${good}\n${'y'.repeat(500)}\n${good}\n`,
        pieceBytes,
      );
      assert.deepEqual(passed.trim().split(/\s*\n/), [good, good, good]);
      assert.deepEqual(answers, [
        {
          jsonrpc: '2.0',
          id: 'seven',
          error: { code: -32600, message: 'A message may have 200 bytes; this one is longer.' },
        },
        { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'The message is not JSON.' } },
        {
          jsonrpc: '2.0',
          id: null,
          error: { code: -32600, message: 'A message may have 200 bytes; this one is longer.' },
        },
      ]);
    });
  }

  it('are answered although their end never comes, once each', async () => {
    const tooLong = { code: -32600, message: 'A message may have 200 bytes; this one is longer.' };
    const head = `{"jsonrpc":"2.0","id":7,"method":"${'x'.repeat(300)}`;
    assert.deepEqual(await feed(head, 10), { passed: '', answers: [{ jsonrpc: '2.0', id: 7, error: tooLong }] });
    assert.deepEqual(await feed(good, 10), { passed: `${good}\n`, answers: [] });
    const { passed, answers } = await feed(`${good}\n{"jsonrpc"`, 10);
    assert.equal(passed, `${good}\n`);
    assert.deepEqual(answers, [
      { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'The message is not JSON.' } },
    ]);
    // As soon as it is too long, while the client goes on.
    const heard: string[] = [];
    const limit = limitLines((line) => heard.push(line), 200);
    limit.resume();
    await new Promise<void>((resolve) => limit.write(head, () => resolve()));
    assert.match(heard.join(''), /"id":7,.*this one is longer/);
  });

  it('take no memory while one has no end', async () => {
    const limit = limitLines(() => {}, 1000);
    limit.resume();
    const piece = Buffer.alloc(1 << 20, 'x');
    const before = process.memoryUsage().arrayBuffers;
    for (let n = 0; n < 200; n += 1) await new Promise<void>((resolve) => limit.write(piece, () => resolve()));
    assert.ok(process.memoryUsage().arrayBuffers - before < 50 * 1024 * 1024);
  });
});
