import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type SessionDefaults, launchRequest, readSavedSessions } from '../../../src/editor/managed/savedSessions.ts';

const defaults: SessionDefaults = {
  browser: 'auto',
  headless: false,
  hasDisplay: true,
  executablePath: '',
  browserArguments: [],
  economyArguments: false,
  captureRequests: 1000,
  captureBodyKilobytes: 16,
};

describe('Sessions saved in the settings', () => {
  it('are used as far as they can mean something, and the others are named with their reason', () => {
    const { sessions, problems } = readSavedSessions([
      { name: 'Phone', device: 'Pixel 7' },
      { device: 'Pixel 7' },
      { name: 'Phone' },
      'Phone',
      { name: 'Grid', source: 'grid' },
      { name: 'Moon', source: 'moon' },
      { name: 'Args', args: '--no-sandbox' },
      { name: 'Running', source: 'attach', endpoint: 'http://127.0.0.1:9222' },
    ]);
    assert.deepEqual(
      sessions.map(({ name }) => name),
      ['Phone', 'Running'],
    );
    assert.deepEqual(
      problems.map((problem) => problem.replace(/^Entry (\d) of leakwright.sessions is not used: /, '$1 ')),
      [
        '2 it has no name',
        "3 there is another 'Phone'",
        '4 it is no object',
        '5 it has no endpoint',
        "6 its source is 'moon'",
        '7 its args are no list of texts',
      ],
    );
    assert.deepEqual(readSavedSessions(undefined), { sessions: [], problems: [] });
  });

  it('say what they say, and the other settings say the rest', () => {
    const request = launchRequest(
      {
        name: 'Phone',
        device: 'Pixel 7',
        baseURL: 'http://localhost:3000',
        url: 'http://localhost:3000/cart',
        args: ['--lang=de'],
        profile: '~/profiles/shop',
      },
      { ...defaults, browserArguments: ['--mute-audio'], economyArguments: true, captureBodyKilobytes: 4 },
    );
    assert.deepEqual(request, {
      name: 'Phone',
      device: 'Pixel 7',
      baseUrl: 'http://localhost:3000',
      url: 'http://localhost:3000/cart',
      source: {
        kind: 'launch',
        headless: false,
        profile: join(homedir(), 'profiles/shop'),
        args: ['--mute-audio', '--lang=de'],
        economy: true,
      },
      capture: { enabled: true, maxRequests: 1000, maxBodyBytes: 4096 },
    });
  });

  it('have no window where there is no display, and capture nothing where that is set', () => {
    const { source, capture } = launchRequest({}, { ...defaults, hasDisplay: false, captureRequests: 0 });
    assert.deepEqual(source, { kind: 'launch', headless: true });
    assert.equal(capture?.enabled, false);
  });

  // The program in the settings is, say, a Chrome: it cannot run a session that asks for Firefox.
  it('do not run the program of the settings when they name another browser', () => {
    const withProgram = { ...defaults, executablePath: '/opt/chrome' };
    assert.deepEqual(launchRequest({ browser: 'firefox' }, withProgram).source, {
      kind: 'launch',
      headless: false,
      family: 'firefox',
    });
    const { source } = launchRequest({}, withProgram);
    assert.equal(source.kind === 'launch' && source.executablePath, '/opt/chrome');
  });

  it('reach browsers elsewhere', () => {
    const source = (saved: Parameters<typeof launchRequest>[0]) => launchRequest(saved, defaults).source;
    assert.deepEqual(source({ source: 'attach', endpoint: 'http://127.0.0.1:9222' }), {
      kind: 'attach',
      endpoint: 'http://127.0.0.1:9222',
    });
    assert.deepEqual(source({ source: 'connect', endpoint: 'ws://server/', browser: 'webkit' }), {
      kind: 'connect',
      endpoint: 'ws://server/',
      family: 'webkit',
    });
    assert.deepEqual(
      source({ source: 'grid', endpoint: 'http://hub/', browser: 'msedge', capabilities: { platformName: 'linux' } }),
      {
        kind: 'grid',
        endpoint: 'http://hub/',
        headless: false,
        channel: 'msedge',
        capabilities: { platformName: 'linux' },
      },
    );
  });

  it('with a path or address that cannot be one are refused with what to write instead', () => {
    assert.throws(() => launchRequest({ profile: 'profiles/shop' }, defaults), { code: 'usage', hint: /from ~/ });
    assert.throws(() => launchRequest({ source: 'grid', name: 'Grid', endpoint: 'hub' }, defaults), {
      code: 'usage',
      message: /'Grid' is no address/,
    });
  });
});
