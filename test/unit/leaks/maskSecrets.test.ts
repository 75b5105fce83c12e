import assert from 'node:assert/strict';
import { maskerFor, masked, secretsOf } from '../../../src/leaks/maskSecrets.ts';
import type { CheckResult, LeakEvent } from '../../../src/leaks/index.ts';
import type { Scenario } from '../../../src/scenarios/index.ts';
import { sampleResult } from '../reports/sampleResult.ts';

const scenario: Scenario = {
  url: 'http://ann:hunter22@shop.test/?token=tok-123456&page=2',
  iteration: () => {},
  use: {
    httpCredentials: { username: 'ann', password: 'basic-pass' },
    extraHTTPHeaders: { authorization: 'Bearer abcdef', 'x-api-key': 'key-123', 'accept-language': 'english' },
    storageState: {
      cookies: [
        { name: 'sid', value: 'cookie-1', httpOnly: true },
        { name: 'theme', value: 'dark-blue', httpOnly: false },
        { name: 'visit', value: 'a1b2c3d4e5f6a7b8c9', httpOnly: false },
      ],
      origins: [{ origin: 'http://shop.test', localStorage: [{ name: 'accessToken', value: 'stored-1' }, 7, null] }],
    },
  },
};
const SECRETS = [
  'hunter22',
  'tok-123456',
  'basic-pass',
  'abcdef',
  'key-123',
  'cookie-1',
  'a1b2c3d4e5f6a7b8c9',
  'stored-1',
];

async function* events(result: CheckResult): AsyncGenerator<LeakEvent, CheckResult> {
  yield { type: 'checkStarted', name: scenario.url, url: scenario.url, warmup: 1, iterations: 1 };
  yield { type: 'warning', message: `Welcome ${SECRETS.join(' ')}` };
  yield { type: 'checkEnded', result };
  return await Promise.resolve(result);
}

// The address and the signed-in state of a check let somebody in; its report is shown to many.
describe('the secrets of a check', () => {
  const result = sampleResult({
    name: scenario.url,
    url: scenario.url,
    warnings: SECRETS.map((secret) => `The page said ${secret}.`),
    error: { code: 'x', message: `page.goto: ${scenario.url}` },
  });

  it('are in no event and in no result', async () => {
    const run = masked(events(result), maskerFor(scenario));
    const said: unknown[] = [];
    let next = await run.next();
    for (; !next.done; next = await run.next()) said.push(next.value);
    said.push(next.value);
    const text = JSON.stringify(said);
    for (const secret of SECRETS) assert.ok(!text.includes(secret), secret);
    assert.equal(next.value.url, 'http://•••@shop.test/?token=•••&page=2');
    assert.equal(next.value.name, next.value.url, 'it is still known as the check of that address');
    assert.deepEqual(next.value.findings, result.findings, 'what is no secret stays');
  });

  it('are known of what is not: settings and plain headers', () => {
    const secrets = secretsOf(scenario);
    for (const harmless of ['dark-blue', 'english', 'ann']) assert.ok(!secrets.includes(harmless), harmless);
  });

  it('are shown to who asks for them', () => {
    assert.equal(maskerFor(scenario, true)(scenario.url), scenario.url);
  });

  it('end the check for who stops listening', async () => {
    let ended = false;
    const run = masked(
      (async function* () {
        try {
          yield* events(result);
        } finally {
          ended = true;
        }
        return result;
      })(),
      maskerFor(scenario),
    );
    for await (const event of run) if (event.type === 'checkStarted') break;
    assert.equal(ended, true);
  });
});
