import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  isSecretName,
  maskCommandLine,
  maskHeaders,
  maskText,
  maskUrl,
  secretsOfUrl,
} from '../../../src/support/secrets.ts';

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

// A report is uploaded, commented and mailed: what lets somebody in must not be in any text of it.
describe('secrets in texts', () => {
  const token = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';
  const texts: readonly [string, string][] = [
    ['net::ERR at http://user:hunter2@a.test/x?token=abc&page=2.', 'net::ERR at http://•••@a.test/x?token=•••&page=2.'],
    ['(see https://a.test/cb#access_token=abc)', '(see https://a.test/cb#access_token=•••'],
    ['wss://a.test/s?sid=1234', 'wss://a.test/s?sid=•••'],
    ['went to /callback?code=abc&state=1', 'went to /callback?code=•••&state=1'],
    ['redis://:secret@cache:6379/0', 'redis://•••@cache:6379/0'],
    ['{"password":"hunter22","user":"ann"}', '{"password":"•••","user":"ann"}'],
    ["Session { apiKey: 'abcdef', id: 7 }", "Session { apiKey: '•••', id: 7 }"],
    ['authorization: Bearer abcdefghij', 'authorization: •••'],
    ['sent Bearer abcdefghij.klm today', 'sent Bearer ••• today'],
    ['Cookie: sid=1; theme=dark', 'Cookie: •••'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl', '•••'],
    ["{ code: '4/0AbC-dEf' }", "{ code: '•••' }"],
    [`1 Panel of ${token}`, '1 Panel of •••'],
    ['AKIAIOSFODNN7EXAMPLE', '•••'],
  ];
  for (const [text, masked] of texts) it(`shows ${text} as ${masked}`, () => assert.equal(maskText(text), masked));

  it('leaves what only looks a little like it', () => {
    for (const text of [
      'http://a.test/x?page=2#top',
      'http://[::1]:3000/a@b',
      'mail ann@a.test',
      'Map { token: 3 }',
      'closedPanels[0].session.token',
      'the basic idea',
      '{id, token, name}',
      'src/auth.ts:12:3',
      'sk_live',
      "Error: listen { code: 'EADDRINUSE', port: 80 }",
      "{ code: 'ERR_MODULE_NOT_FOUND' }",
    ])
      assert.equal(maskText(text), text);
  });

  it('masks what is known to be secret wherever it is said', () => {
    assert.equal(maskText('title: Welcome s3cr3t-value!', ['s3cr3t-value']), 'title: Welcome •••!');
    assert.deepEqual(secretsOfUrl('http://u:p%40ss@a.test/?token=a%20b&page=2'), ['p%40ss', 'p@ss', 'a%20b', 'a b']);
  });

  it('takes time in proportion to the text', () => {
    const begun = performance.now();
    for (const text of [
      '"'.repeat(2e4),
      'a:'.repeat(2e4),
      'http://'.repeat(1e4),
      'eyJ'.repeat(1e4),
      'token="'.repeat(1e4),
      'x-'.repeat(2e4),
    ])
      maskText(text);
    assert.ok(performance.now() - begun < 5000);
  });
});

// Who lists browsers may paste the list into an issue or hand it to an agent.
describe('secrets of command lines', () => {
  const lines: readonly [string, string][] = [
    ['chrome --proxy-server=ann:hunter2@proxy.test:8080', 'chrome --proxy-server=•••@proxy.test:8080'],
    ['chrome --proxy-server=http=ann:hunter2@proxy.test:80', 'chrome --proxy-server=http=•••@proxy.test:80'],
    ['chrome --proxy-server=socks5://ann:hunter2@proxy.test', 'chrome --proxy-server=socks5://•••@proxy.test'],
    ['chrome https://a.test/in?token=abcdef&page=2', 'chrome https://a.test/in?token=•••&page=2'],
    ['chrome --app=https://a.test/#access_token=abcdef', 'chrome --app=https://a.test/#access_token=•••'],
    ['chrome https://ann:hunter2@a.test/', 'chrome https://•••@a.test/'],
    ['node server.js --password=hunter2 --port=80', 'node server.js --password=••• --port=80'],
    ['node server.js --api-key hunter2 --verbose', 'node server.js --api-key ••• --verbose'],
    ['node server.js --no-password --verbose', 'node server.js --no-password --verbose'],
    ['java -Ddb.password=hunter2 -jar app.jar', 'java -Ddb.password=••• -jar app.jar'],
    ['env GITHUB_TOKEN=hunter2 chrome', 'env GITHUB_TOKEN=••• chrome'],
    ['curl -u ann:hunter2 http://a.test', 'curl -u ••• http://a.test'],
    ['git clone ann:hunter2@a.test:repo', 'git clone •••@a.test:repo'],
    ['npm publish --//registry.test/:_authToken=npm_hunter2', 'npm publish --//registry.test/:_authToken=•••'],
    ['psql postgres://ann:hunter2@a.test/db', 'psql postgres://•••@a.test/db'],
    [
      'chrome --user-data-dir=/tmp/x --author=ann --window-size=800,600',
      'chrome --user-data-dir=/tmp/x --author=ann --window-size=800,600',
    ],
    ['code C:\\work\\a@b.txt user@host', 'code C:\\work\\a@b.txt user@host'],
  ];
  for (const [line, masked] of lines)
    it(`shows ${line} as ${masked}`, () => assert.equal(maskCommandLine(line.split(' ')).join(' '), masked));
});
