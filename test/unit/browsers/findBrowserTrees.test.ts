import assert from 'node:assert/strict';
import type { BrowserTree } from '../../../src/browsers/index.ts';
import { findBrowserTrees } from '../../../src/browsers/index.ts';
import type { ProcessInfo } from '../../../src/processes/index.ts';
import { processInfo, tableOf } from '../processes/support/tables.ts';

const home = '/home/ada';
const context = { home, platform: 'linux' as const, env: {}, temp: '/tmp', uid: 1000 };

const find = (...processes: readonly ProcessInfo[]) => findBrowserTrees(tableOf(processes), context);

function only(trees: readonly BrowserTree[]): BrowserTree {
  assert.equal(trees.length, 1, `expected one tree, not ${trees.length}`);
  return trees[0]!;
}

const roles = (tree: BrowserTree) =>
  tree.processes.map(({ info, role, detail }) => [info.pid, detail ? `${role} ${detail}` : role]);
const facts = (tree: BrowserTree) => tree.evidence.map(({ source, fact }) => `${source}: ${fact}`);

// Command lines recorded from Chromium 156 on Debian, cut to what matters.
const PROGRAM = '/usr/lib/chromium/chromium';
const PROFILE = '/tmp/playwright_chromiumdev_profile-9B1aEV';
const PLAYWRIGHT = [
  PROGRAM,
  '--load-extension=',
  '--disable-field-trial-config',
  '--no-service-autorun',
  '--headless',
  '--no-sandbox',
  `--user-data-dir=${PROFILE}`,
  '--remote-debugging-pipe',
  '--no-startup-window',
];
const child = (type: string, profile = PROFILE) => [
  `${PROGRAM} --type=${type} --crashpad-handler-pid=0 --enable-crash-reporter=,built on Debian GNU/Linux 12 (bookworm) ` +
    `--noerrdialogs --user-data-dir=${profile} --lang=en-US`,
];
const crashpad = (prod = 'Chrome_Linux', folder = '/usr/lib/chromium') => [
  `${folder}/chrome_crashpad_handler`,
  '--monitor-self',
  '--database=/home/ada/.config/chromium/Crash Reports',
  '--annotation=channel=built on Debian GNU/Linux 12 (bookworm)',
  `--annotation=prod=${prod}`,
  '--annotation=ver=156.0.8078.79',
];

/** A whole browser, as Playwright starts it: leader of its own session, with pids from `pid` on. */
function playwrightChromium(pid = 100, ppid = 9, profile = PROFILE): ProcessInfo[] {
  const at = { sessionId: pid, groupId: pid, startedAtMs: pid * 1000 };
  return [
    processInfo({ ...at, pid, ppid, commandLine: PLAYWRIGHT.map((text) => text.replace(PROFILE, profile)) }),
    processInfo({ ...at, pid: pid + 2, ppid: 1, sessionId: pid + 1, groupId: pid + 1, commandLine: crashpad() }),
    processInfo({ ...at, pid: pid + 3, ppid: pid, commandLine: child('zygote', profile) }),
    processInfo({ ...at, pid: pid + 4, ppid: pid + 3, commandLine: child('gpu-process', profile) }),
    processInfo({
      ...at,
      pid: pid + 5,
      ppid: pid,
      commandLine: child('utility --utility-sub-type=network.mojom.NetworkService', profile),
    }),
    processInfo({ ...at, pid: pid + 6, ppid: pid + 3, commandLine: child('renderer', profile) }),
    processInfo({ ...at, pid: pid + 7, ppid: pid + 3, commandLine: child('renderer --top-chrome-webui', profile) }),
  ];
}

describe('findBrowserTrees', () => {
  describe('what a browser is', () => {
    it('finds all processes of a browser with their roles, its crash handler outside of it included', () => {
      const tree = only(find(processInfo({ pid: 9, commandLine: ['node', 'test.js'] }), ...playwrightChromium()));
      assert.deepEqual(roles(tree), [
        [100, 'browser'],
        [102, 'crashpad'],
        [103, 'zygote'],
        [104, 'gpu'],
        [105, 'utility network.mojom.NetworkService'],
        [106, 'renderer'],
        [107, 'browser-ui'],
      ]);
      assert.equal(tree.product, 'Chromium');
      assert.equal(tree.family, 'chromium');
      assert.equal(tree.version, '156.0.8078.79');
      assert.equal(tree.channel, undefined);
      assert.equal(tree.headless, true);
      assert.deepEqual(tree.browser, { pid: 100, startTime: 100 });
      assert.equal(tree.driver, undefined);
    });

    it('finds the same for any order of the processes, pids wrapped or not', () => {
      const processes = playwrightChromium().map((info) => ({ ...info, pid: info.pid, startTime: info.pid }));
      const expected = roles(only(find(...processes)));
      assert.deepEqual(roles(only(find(...processes.toReversed()))), expected);
    });

    it('never takes an Electron application for a browser: ending VS Code would cost a person their work', () => {
      const code = '/usr/share/code/code';
      assert.deepEqual(
        find(
          processInfo({ pid: 10, commandLine: [code, '.'] }),
          processInfo({ pid: 11, ppid: 10, commandLine: [`${code} --type=zygote --no-zygote-sandbox`] }),
          processInfo({
            pid: 12,
            ppid: 11,
            commandLine: [
              `${code} --type=renderer --user-data-dir=/home/ada/.config/Code --app-path=/usr/share/code/resources/app`,
            ],
          }),
          processInfo({ pid: 13, commandLine: crashpad('Electron', '/usr/share/code') }),
          processInfo({ pid: 14, commandLine: ['/opt/Slack/slack', '--remote-debugging-port=9222'] }),
          processInfo({ pid: 15, commandLine: ['/opt/shop/chrome', '/opt/shop/resources/app.asar'] }),
          processInfo({
            pid: 16,
            commandLine: ['/opt/shop/chrome', '--type=renderer', '--app-path=/opt/shop/resources/app.asar'],
          }),
        ),
        [],
      );
    });

    it('knows a browser that was given another name by its children: they are no leftovers of an ended one', () => {
      const profile = '--user-data-dir=/tmp/w-48151623';
      const child = (pid: number, ppid: number, type: string) =>
        processInfo({
          pid,
          ppid,
          name: 'chromium',
          commandLine: [`/usr/lib/chromium/chromium --type=${type} ${profile}`],
        });
      const root = { pid: 10, name: 'chromium', commandLine: ['worker7', '--headless', profile] };
      const [tree, ...others] = find(processInfo(root), child(11, 10, 'zygote'), child(12, 11, 'renderer'));
      assert.deepEqual([tree?.root.pid, tree?.browser?.pid, tree?.processes.length, others], [10, 10, 3, []]);
      // A program that was given the children of an ended browser has another name.
      const [left] = find(processInfo({ ...root, name: 'worker7' }), child(11, 10, 'zygote'));
      assert.deepEqual([left?.root.pid, left?.browser], [11, undefined]);
    });

    describe('takes an application built on Electron for one only where a test runner drives it', () => {
      const playwright = ['--inspect=0', '--remote-debugging-port=0'];
      const webdriver = ['--enable-automation', '--remote-debugging-port=0', '--test-type=webdriver'];
      const tests = '--extensionTestsPath=/x/out/test';
      for (const [line, automatedBy] of [
        [['/x/node_modules/electron/dist/electron', '-r', '/x/loader.js', ...playwright, '/x/main.js'], 'playwright'],
        [['/opt/shop/shop', ...playwright], 'playwright'],
        [['/Applications/Shop.app/Contents/MacOS/Shop', ...playwright, '--user-data-dir=/tmp/x'], 'playwright'],
        [['/opt/shop/chrome', ...playwright, '/opt/shop/resources/app.asar'], 'playwright'],
        [['/opt/shop/shop', ...webdriver, '--app=/x'], 'selenium'],
        [['/x/.vscode-test/vscode-linux-x64-1.99.0/code', '--extensionDevelopmentPath=/x', tests], 'unknown tool'],
        [['/opt/shop/shop', '--type=renderer', ...playwright]],
        [['/opt/shop/shop', '--inspect=9229', '--remote-debugging-port=0']],
        [['/opt/shop/shop', '--inspect=0', '--remote-debugging-port=9222']],
        [['/opt/shop/shop', '--remote-debugging-port=0']],
        [['/usr/share/code/code', '--extensionDevelopmentPath=/x']],
        [['/usr/share/code/code', '/usr/share/code/resources/app/out/cli.js', tests]],
        [['node', '/x/node_modules/.bin/electron', ...playwright]],
        [['timeout', '60', '/opt/shop/shop', ...playwright]],
        [['/bin/sh', '/usr/bin/xvfb-run', '/opt/shop/shop', ...playwright]],
      ] as const)
        it(`${automatedBy ?? 'none'}: ${line.join(' ')}`, () => {
          const trees = find(
            processInfo({ pid: 10, commandLine: line }),
            processInfo({ pid: 11, ppid: 10, commandLine: [`${line[0]} --type=zygote --no-zygote-sandbox`] }),
          );
          assert.deepEqual(
            trees.map((tree) => [tree.product, tree.automatedBy, tree.processes.length]),
            automatedBy === undefined ? [] : [['Electron app', automatedBy, 2]],
          );
        });
    });

    it('takes nothing that merely talks about a browser for one', () => {
      assert.deepEqual(
        find(
          processInfo({ commandLine: ['/bin/sh', '/usr/bin/chromium', '--headless'] }),
          processInfo({ commandLine: ['vim', '/opt/google/chrome/chrome'] }),
          processInfo({ commandLine: ['node', '/x/node_modules/.bin/chromedriver'] }),
          processInfo({ name: 'chrome', commandLine: [] }),
          processInfo({ commandLine: [''] }),
        ),
        [],
      );
    });

    const products: readonly (readonly [string, string, string?])[] = [
      ['/opt/google/chrome/chrome', 'Chrome'],
      ['/usr/bin/google-chrome-stable', 'Chrome'],
      ['/opt/google/chrome-beta/chrome', 'Chrome', 'beta'],
      ['/opt/google/chrome-unstable/chrome', 'Chrome', 'dev'],
      ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', 'Chrome'],
      ['/Applications/Google Chrome Canary.app/Contents/MacOS/Google Chrome Canary', 'Chrome', 'canary'],
      [String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`, 'Chrome'],
      ['/snap/chromium/3000/usr/lib/chromium-browser/chrome', 'Chromium'],
      ['/home/ada/.cache/ms-playwright/chromium-1148/chrome-linux/chrome', 'Chromium'],
      ['/home/ada/.cache/ms-playwright/chromium-1200/chrome-linux64/chrome', 'Chrome for Testing'],
      ['/home/ada/.cache/puppeteer/chrome/linux-131.0.6778.204/chrome-linux64/chrome', 'Chrome for Testing'],
      [
        '/home/ada/.cache/ms-playwright/chromium_headless_shell-1200/chrome-headless-shell-linux64/chrome-headless-shell',
        'Chrome Headless Shell',
      ],
      ['/usr/lib/chromium/chromium-headless-shell', 'Chrome Headless Shell'],
      ['/headless-shell/headless-shell', 'Chrome Headless Shell'],
      [
        '/home/ada/.cache/ms-playwright/chromium_headless_shell-1148/chrome-linux/headless_shell',
        'Chrome Headless Shell',
      ],
      [String.raw`C:\tools\chrome-headless-shell-win64\chrome-headless-shell.exe`, 'Chrome Headless Shell'],
      ['/opt/microsoft/msedge/msedge', 'Edge'],
      ['/opt/microsoft/msedge-dev/msedge', 'Edge', 'dev'],
      ['/usr/bin/microsoft-edge-beta', 'Edge', 'beta'],
      ['/opt/brave.com/brave/brave', 'Brave'],
      ['/opt/vivaldi/vivaldi-bin', 'Vivaldi'],
      ['/usr/lib/firefox/firefox', 'Firefox'],
      ['/usr/lib/firefox-esr/firefox-esr', 'Firefox', 'esr'],
    ];
    for (const [path, product, channel] of products) {
      it(`calls ${path} ${product}${channel ? ` (${channel})` : ''}`, () => {
        const tree = only(find(processInfo({ commandLine: [path] })));
        assert.equal(tree.product, product);
        assert.equal(tree.channel, channel);
      });
    }

    it('reads the version from where browsers are unpacked', () => {
      const path = '/home/ada/.cache/puppeteer/chrome/linux-131.0.6778.204/chrome-linux64/chrome';
      assert.equal(only(find(processInfo({ commandLine: [path] }))).version, '131.0.6778.204');
    });

    it("recognises macOS's helpers by what they are for", () => {
      const app = '/Applications/Google Chrome.app/Contents';
      const tree = only(
        find(
          processInfo({ pid: 20, commandLine: [`${app}/MacOS/Google Chrome`] }),
          processInfo({
            pid: 21,
            ppid: 20,
            commandLine: [
              `${app}/Frameworks/Google Chrome Framework.framework/Versions/131.0.6778.86/Helpers/Google Chrome Helper (Renderer).app/Contents/MacOS/Google Chrome Helper (Renderer)`,
              '--type=renderer',
            ],
          }),
        ),
      );
      assert.deepEqual(roles(tree), [
        [20, 'browser'],
        [21, 'renderer'],
      ]);
    });

    it("keeps a child that has not got its own command line yet in its parent's tree", () => {
      const [root, ...rest] = playwrightChromium();
      const tree = only(find(root!, processInfo({ pid: 120, ppid: 100, commandLine: PLAYWRIGHT }), ...rest));
      assert.deepEqual(roles(tree).at(-1), [120, 'other']);
      assert.equal(tree.browser?.pid, 100);
    });

    it('keeps what else a browser started, and zombies, in its tree', () => {
      const tree = only(
        find(
          ...playwrightChromium(),
          processInfo({ pid: 110, ppid: 100, commandLine: ['cat'] }),
          processInfo({ pid: 111, ppid: 103, state: 'zombie', name: 'chromium' }),
        ),
      );
      assert.deepEqual(roles(tree).slice(-2), [
        [110, 'other'],
        [111, 'other'],
      ]);
    });

    it('separates a browser that was started from within another', () => {
      const trees = find(
        ...playwrightChromium(100),
        processInfo({ pid: 190, ppid: 100, sessionId: 100, commandLine: ['node', 'native-host.js'] }),
        ...playwrightChromium(200, 190, '/tmp/playwright_chromiumdev_profile-other1'),
      );
      assert.deepEqual(
        trees.map(({ root, processes }) => [root.pid, processes.length]),
        [
          [100, 8],
          [200, 7],
        ],
      );
    });

    it('gives each of two browsers started at once its own crash handler', () => {
      const first = playwrightChromium(100).map((info) => ({ ...info, startedAtMs: 5000 }));
      const second = playwrightChromium(200, 9, '/tmp/playwright_chromiumdev_profile-other1').map((info) => ({
        ...info,
        startedAtMs: 5010,
      }));
      const crashpads = find(...second, ...first).map(({ processes }) =>
        processes.filter(({ role }) => role === 'crashpad').map(({ info }) => info.pid),
      );
      assert.deepEqual(crashpads, [[102], [202]]);
    });
  });

  describe('what a dead browser leaves', () => {
    it('finds children whose browser is gone as one tree that still says whose they were', () => {
      const left = playwrightChromium()
        .filter(({ pid }) => pid !== 100 && pid !== 102)
        .map((info) => (info.ppid === 100 ? { ...info, ppid: 1 } : info));
      const tree = only(find(processInfo({ pid: 1, commandLine: ['/sbin/init'] }), ...left));
      assert.deepEqual(
        tree.processes.map(({ info }) => info.pid),
        [103, 104, 105, 106, 107],
      );
      assert.equal(tree.browser, undefined);
      assert.equal(tree.automatedBy, 'playwright');
      assert.deepEqual(tree.profile, { path: PROFILE, kind: 'temporary' });
      assert.match(facts(tree)[0]!, /is gone/);
    });

    it('finds them by their dead session where no profile is named, each browser by itself', () => {
      const bare = (pid: number, sessionId: number) =>
        processInfo({
          pid,
          ppid: 1,
          sessionId,
          groupId: sessionId,
          commandLine: [`${PROGRAM} --type=renderer --lang=en`],
        });
      const trees = find(processInfo({ pid: 1 }), bare(300, 290), bare(301, 290), bare(302, 280));
      assert.deepEqual(
        trees.map(({ processes }) => processes.map(({ info }) => info.pid)),
        [[300, 301], [302]],
      );
    });

    it('gives a living browser back a renderer that lost its zygote', () => {
      const processes = playwrightChromium()
        .filter(({ pid }) => pid !== 103)
        .map((info) => (info.ppid === 103 ? { ...info, ppid: 1, sessionId: 77 } : info));
      assert.equal(only(find(...processes)).processes.length, 6);
    });

    it("does not mix two users' browsers that have equal names for their profiles", () => {
      const theirs = playwrightChromium(200)
        .slice(3, 4)
        .map((info) => ({ ...info, ppid: 1, uid: 1001 }));
      assert.equal(find(...playwrightChromium(100), ...theirs).length, 2);
    });
  });

  describe('drivers', () => {
    const driver = processInfo({
      pid: 50,
      ppid: 9,
      sessionId: 9,
      groupId: 9,
      commandLine: ['chromedriver', '--port=0'],
    });
    const driven = (pid: number) =>
      processInfo({
        pid,
        ppid: 50,
        sessionId: 9,
        groupId: 9,
        commandLine: [
          PROGRAM,
          '--enable-automation',
          '--remote-debugging-port=0',
          '--test-type=webdriver',
          '--no-service-autorun',
          `--user-data-dir=/tmp/org.chromium.Chromium.scoped_dir.rjCP${pid}`,
        ],
      });

    it('makes the driver the root, with the browser below it', () => {
      const tree = only(find(driver, driven(60), processInfo({ pid: 61, ppid: 60, commandLine: child('zygote') })));
      assert.equal(tree.root.pid, 50);
      assert.deepEqual(tree.driver, { pid: 50, startTime: 50 });
      assert.deepEqual(tree.browser, { pid: 60, startTime: 60 });
      assert.equal(tree.product, 'Chromium');
      assert.equal(tree.automatedBy, 'selenium');
      assert.equal(tree.profile?.kind, 'temporary');
      assert.deepEqual(tree.transport, { kind: 'port', port: 0 });
      assert.deepEqual(roles(tree), [
        [50, 'driver'],
        [60, 'browser'],
        [61, 'zygote'],
      ]);
    });

    it('shows a driver that has no browser, and both browsers of one that has two', () => {
      const idle = only(find(driver));
      assert.equal(idle.product, 'chromedriver');
      assert.equal(idle.browser, undefined);
      assert.equal(idle.automatedBy, 'selenium');
      assert.deepEqual(
        roles(only(find(driver, driven(60), driven(70)))).map(([, role]) => role),
        ['driver', 'browser', 'browser'],
      );
    });

    it('gives each browser of one driver its crash handler', () => {
      const handler = (pid: number, startedAtMs: number) =>
        processInfo({ pid, ppid: 1, sessionId: pid - 1, startedAtMs, commandLine: crashpad() });
      const tree = only(
        find(
          driver,
          { ...driven(60), startedAtMs: 1000 },
          { ...driven(70), startedAtMs: 90_000 },
          handler(62, 1010),
          handler(72, 90_010),
        ),
      );
      assert.equal(tree.processes.filter(({ role }) => role === 'crashpad').length, 2);
    });

    it("finds a driver's browser alone when the driver was killed", () => {
      const tree = only(find({ ...driven(60), ppid: 1 }));
      assert.equal(tree.driver, undefined);
      assert.equal(tree.automatedBy, 'selenium');
    });

    it('knows geckodriver and the browser it starts', () => {
      const tree = only(
        find(
          processInfo({ pid: 50, commandLine: ['/usr/bin/geckodriver', '-p', '4444'] }),
          processInfo({
            pid: 60,
            ppid: 50,
            commandLine: [
              '/usr/lib/firefox/firefox',
              '--marionette',
              '-headless',
              '--remote-debugging-port',
              '9222',
              '--profile',
              '/tmp/rust_mozprofileAbC123',
            ],
          }),
        ),
      );
      assert.equal(tree.product, 'Firefox');
      assert.equal(tree.automatedBy, 'selenium');
      assert.equal(tree.headless, true);
      assert.deepEqual(tree.transport, { kind: 'port', port: 9222 });
      assert.deepEqual(tree.profile, { path: '/tmp/rust_mozprofileAbC123', kind: 'temporary' });
    });
  });

  describe('Firefox and WebKit', () => {
    it('knows what Firefox processes are for', () => {
      const firefox = '/home/ada/.cache/ms-playwright/firefox-1490/firefox/firefox';
      const content = (pid: number, type: string) =>
        processInfo({
          pid,
          ppid: 30,
          commandLine: [firefox, '-contentproc', '-parentBuildID', '2025', '{4d2a}', String(pid), 'true', type],
        });
      const tree = only(
        find(
          processInfo({
            pid: 30,
            commandLine: [
              firefox,
              '-no-remote',
              '-headless',
              '-profile',
              '/tmp/playwright_firefoxdev_profile-9B1aEV',
              '-juggler-pipe',
              '-silent',
            ],
          }),
          content(31, 'forkserver'),
          content(32, 'socket'),
          content(33, 'tab'),
          content(34, 'gpu'),
        ),
      );
      assert.deepEqual(
        roles(tree).map(([, role]) => role),
        ['browser', 'zygote', 'utility socket', 'renderer', 'gpu'],
      );
      assert.equal(tree.automatedBy, 'playwright');
      assert.deepEqual(tree.transport, { kind: 'pipe' });
    });

    it("finds Playwright's WebKit below the script that starts it", () => {
      const folder = '/home/ada/.cache/ms-playwright/webkit-2200';
      const args = ['--inspector-pipe', '--headless', '--user-data-dir=/tmp/playwright_webkitdev_profile-9B1aEV'];
      const tree = only(
        find(
          processInfo({ pid: 40, commandLine: ['/bin/bash', `${folder}/pw_run.sh`, ...args] }),
          processInfo({ pid: 41, ppid: 40, commandLine: [`${folder}/minibrowser-wpe/bin/MiniBrowser`, ...args] }),
          processInfo({
            pid: 42,
            ppid: 41,
            commandLine: [`${folder}/minibrowser-wpe/libexec/WPENetworkProcess`, '7', '20'],
          }),
          processInfo({
            pid: 43,
            ppid: 41,
            commandLine: [`${folder}/minibrowser-wpe/libexec/WPEWebProcess`, '8', '22'],
          }),
        ),
      );
      assert.deepEqual(roles(tree), [
        [40, 'other'],
        [41, 'browser'],
        [42, 'utility network'],
        [43, 'renderer'],
      ]);
      assert.equal(tree.product, 'WebKit');
      assert.equal(tree.automatedBy, 'playwright');
      assert.deepEqual(tree.transport, { kind: 'pipe' });
      assert.equal(tree.profile?.kind, 'temporary');
    });

    it('finds WebKitGTK below its driver', () => {
      const lib = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1';
      const tree = only(
        find(
          processInfo({ pid: 50, commandLine: ['WebKitWebDriver', '--port=0'] }),
          processInfo({ pid: 51, ppid: 50, commandLine: [`${lib}/MiniBrowser`, '--automation'] }),
          processInfo({ pid: 52, ppid: 51, commandLine: [`${lib}/WebKitNetworkProcess`, '1', '9', '11'] }),
          processInfo({ pid: 53, ppid: 51, commandLine: [`${lib}/WebKitWebProcess`, '4', '18', '20'] }),
        ),
      );
      assert.deepEqual(roles(tree), [
        [50, 'driver'],
        [51, 'browser'],
        [52, 'utility network'],
        [53, 'renderer'],
      ]);
      assert.equal(tree.automatedBy, 'selenium');
      assert.equal(tree.browser?.pid, 51);
    });
  });

  describe('who drives it, and how we know', () => {
    const chrome = (...args: readonly string[]) =>
      processInfo({ pid: 70, ppid: 60, commandLine: ['/opt/google/chrome/chrome', ...args] });

    it("never claims automation for a person's own browser", () => {
      const tree = only(find(chrome()));
      assert.equal(tree.automatedBy, undefined);
      assert.deepEqual(tree.profile, { path: '/home/ada/.config/google-chrome', kind: 'default' });
      assert.deepEqual(tree.transport, { kind: 'none' });
      assert.equal(tree.headless, false);
    });

    it("does not claim it either when a test tool opened the person's browser to show its report", () => {
      const tool = processInfo({ pid: 60, commandLine: ['node', '/w/node_modules/.bin/playwright', 'show-report'] });
      assert.equal(only(find(tool, chrome('http://localhost:9323'))).automatedBy, undefined);
    });

    it('knows default profiles that are named, of any user and package', () => {
      for (const path of [
        '/home/ada/.config/google-chrome',
        '/home/ada/.config/google-chrome-beta/',
        '/home/eve/.config/chromium',
        '/home/ada/snap/chromium/common/chromium',
        '/home/ada/.var/app/com.google.Chrome/config/google-chrome',
      ])
        assert.equal(only(find(chrome(`--user-data-dir=${path}`))).profile?.kind, 'default', path);
    });

    it("does not pretend to know where another user's default profile is", () => {
      assert.deepEqual(only(find({ ...chrome(), uid: 1001 })).profile, { path: '', kind: 'default' });
    });

    const tools: readonly (readonly [string, string, readonly string[], string])[] = [
      [
        'leakwright',
        'our own session folder',
        ['--remote-debugging-pipe', '--user-data-dir=/tmp/leakwright-a1B2c3/profile'],
        'temporary',
      ],
      [
        'mcp',
        "Playwright MCP's profile",
        ['--user-data-dir=/home/ada/.cache/ms-playwright/mcp-chrome-1a2b3c4', '--remote-debugging-pipe'],
        'custom',
      ],
      [
        'mcp',
        "chrome-devtools-mcp's profile",
        ['--user-data-dir=/home/ada/.cache/chrome-devtools-mcp/chrome-profile', '--remote-debugging-pipe'],
        'custom',
      ],
      [
        'js-debug',
        "VS Code's debugger's profile",
        [
          '--remote-debugging-pipe',
          '--user-data-dir=/home/ada/.config/Code/User/workspaceStorage/1/ms-vscode.js-debug/.profile',
        ],
        'custom',
      ],
      [
        'puppeteer',
        "Puppeteer's profile",
        ['--user-data-dir=/tmp/puppeteer_dev_chrome_profile-a1B2c3', '--remote-debugging-port=0'],
        'temporary',
      ],
      [
        'puppeteer',
        "Puppeteer's switches",
        ['--generate-pdf-document-outline', '--enable-automation', '--user-data-dir=/w/profile'],
        'custom',
      ],
      [
        'playwright',
        "Playwright's profile under a TMPDIR of its own",
        ['--user-data-dir=/w/tmp/playwright_chromiumdev_profile-a1B2c3'],
        'temporary',
      ],
      [
        'playwright',
        "Playwright's switches with a profile of the user's",
        ['--disable-field-trial-config', '--no-service-autorun', '--user-data-dir=/w/p', '--remote-debugging-pipe'],
        'custom',
      ],
      [
        'selenium',
        "chromedriver's switches",
        ['--test-type=webdriver', '--no-service-autorun', '--user-data-dir=/w/p'],
        'custom',
      ],
      ['unknown tool', 'a debugging port alone', ['--remote-debugging-port=9222', '--user-data-dir=/w/p'], 'custom'],
      ['unknown tool', 'a debugging pipe alone', ['--remote-debugging-pipe', '--user-data-dir=/w/p'], 'custom'],
    ];
    for (const [tool, by, args, kind] of tools) {
      it(`knows ${tool} by ${by}, and says why`, () => {
        const tree = only(find(chrome(...args)));
        assert.equal(tree.automatedBy, tool);
        assert.equal(tree.profile?.kind, kind);
        assert.ok(tree.evidence.length > 0);
      });
    }

    it('refines a claim by the programs above the browser', () => {
      const server = processInfo({ pid: 50, commandLine: ['node', '/w/node_modules/@playwright/mcp/cli.js'] });
      const shell = processInfo({ pid: 60, ppid: 50, commandLine: ['sh'] });
      const tree = only(
        find(
          server,
          shell,
          chrome('--remote-debugging-pipe', '--user-data-dir=/tmp/playwright_chromiumdev_profile-a1B2c3'),
        ),
      );
      assert.equal(tree.automatedBy, 'mcp');
      assert.ok(
        facts(tree).includes('parent: Process 50 (x) above it belongs to an MCP server'),
        facts(tree).join('\n'),
      );
    });

    it("does not take a folder for Leakwright's, or a temporary one, because of a name a person could have given it", () => {
      for (const path of ['/home/ada/leakwright-editor/profile', '/home/ada/lighthouse.abcdef']) {
        const tree = only(find(chrome(`--user-data-dir=${path}`, '--remote-debugging-port=1')));
        assert.equal(tree.automatedBy, 'unknown tool', path);
        assert.equal(tree.profile?.kind, 'custom', path);
      }
    });

    it('says every fact it builds on', () => {
      assert.deepEqual(facts(only(find(...playwrightChromium()))), [
        'command-line: --headless is on the command line',
        `profile: Its profile ${PROFILE} is a folder such as Playwright makes`,
        'command-line: --remote-debugging-pipe is on the command line',
        'command-line: --disable-field-trial-config and --no-service-autorun are on the command line, as Playwright passes them',
        'process-group: It leads a session and a process group of its own',
      ]);
    });
  });
});
