import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isSecretName, maskHeaders, maskUrl } from '../../../src/sessions/secrets.ts';

// Captured requests are shown in views and written into reports: a secret in them would leave the machine with them.
describe('secrets of captured requests', () => {
  it('masks headers that let somebody in, whatever their case, and keeps the others', () => {
    assert.deepEqual(
      maskHeaders({
        Authorization: 'Bearer abc',
        cookie: 'sid=1',
        'X-Api-Key': 'k',
        'x-amz-security-token': 't',
        'x-goog-iam-authorization-token': 't',
        accept: 'text/html',
        'content-type': 'application/json',
      }),
      {
        Authorization: '•••',
        cookie: '•••',
        'X-Api-Key': '•••',
        'x-amz-security-token': '•••',
        'x-goog-iam-authorization-token': '•••',
        accept: 'text/html',
        'content-type': 'application/json',
      },
    );
  });

  const urls: readonly [string, string][] = [
    ['http://a.test/x?page=2&sort=name', 'http://a.test/x?page=2&sort=name'],
    ['http://a.test/x?access_token=abc&page=2', 'http://a.test/x?access_token=•••&page=2'],
    ['http://a.test/x?api-key=abc', 'http://a.test/x?api-key=•••'],
    ['http://a.test/x?X-Amz-Signature=abc', 'http://a.test/x?X-Amz-Signature=•••'],
    ['http://a.test/callback?code=abc&state=1', 'http://a.test/callback?code=•••&state=1'],
    ['http://a.test/callback#id_token=abc', 'http://a.test/callback#id_token=•••'],
    ['http://user:secret@a.test/x', 'http://•••:•••@a.test/x'],
    ['http://a.test/x?%74oken=abc', 'http://a.test/x?%74oken=•••'],
    ['http://a.test/x?%zz=1', 'http://a.test/x?%zz=1'],
    ['http://a.test/x?token=', 'http://a.test/x?token='],
    ['data:text/html,a?token=b', 'data:text/html,a?token=b'],
    ['not a url?token=b', 'not a url?token=b'],
  ];
  for (const [url, masked] of urls) it(`shows ${url} as ${masked}`, () => assert.equal(maskUrl(url), masked));

  it('tells names of secrets from names that only look a little like them', () => {
    for (const name of [
      'accessToken',
      'user_password',
      'X-Api-Key',
      'AccessKey',
      'key',
      'sessionId',
      'client-secret',
    ]) {
      assert.equal(isSecretName(name), true, name);
    }
    for (const name of ['author', 'compass', 'zip_code', 'keyboard', 'sort-key', 'monkey', 'passenger', 'q', '']) {
      assert.equal(isSecretName(name), false, name);
    }
  });

  it('keeps no endless texts', () => {
    assert.ok(maskUrl(`data:text/plain,${'x'.repeat(100_000)}`).length < 9000);
    assert.ok(maskHeaders({ a: 'x'.repeat(100_000) })['a']!.length < 5000);
  });
});
