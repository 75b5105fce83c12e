/**
 * What finding, fixing and verifying one leak costs an agent: calls and bytes (arguments and answers), with our tools and with the
 * memory tools of chrome-devtools-mcp, on a copy of the sample shop. Each way is the shortest that its tools allow to an agent that
 * knows what to click.
 *
 *   npm run agent-cost
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { findBrowser, needsNoSandbox } from '../src/browsers/index.ts';
import { packageFolder } from '../src/support/index.ts';
import { serveShop } from '../test/demo/shop/serve.ts';

const PEER = 'chrome-devtools-mcp@1.11.0';
const LEAK = 'closedPanels.push(panel);';

class Agent {
  readonly #client = new Client({ name: 'agent-cost', version: '1' });
  calls = 0;
  bytes = 0;
  /** The data of the last answer. */
  data: Readonly<Record<string, unknown>> = {};
  /** What the client reads before the first call. */
  toolBytes = 0;

  async connect(command: string, args: readonly string[], cwd: string): Promise<void> {
    const env = { ...process.env, CI: '1' } as Record<string, string>;
    await this.#client.connect(new StdioClientTransport({ command, args: [...args], cwd, env, stderr: 'ignore' }));
    this.toolBytes = JSON.stringify((await this.#client.listTools()).tools).length;
  }

  async call(name: string, given: Readonly<Record<string, unknown>>): Promise<string> {
    const answer = await this.#client.callTool({ name, arguments: { ...given } }, undefined, { timeout: 300_000 });
    const text = (answer.content as { text?: string }[]).map((part) => part.text ?? '').join('\n');
    if (answer.isError) throw new Error(`${name}: ${text}`);
    this.data = (answer.structuredContent ?? {}) as Readonly<Record<string, unknown>>;
    this.calls += 1;
    this.bytes += JSON.stringify(given).length + JSON.stringify(answer).length;
    return text;
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

interface Shop {
  readonly folder: string;
  readonly url: string;
  /** Writes the fix and serves it. */
  mend(): Promise<void>;
}

async function withOurs(agent: Agent, { url, folder, mend }: Shop): Promise<void> {
  await agent.connect(process.execPath, [join(packageFolder(), 'dist', 'cli.js'), 'mcp'], folder);
  const found = await agent.call('check_page', { url, click: ['.open', '.close'] });
  if (!found.includes('src/shop.ts') || !found.includes(LEAK)) throw new Error(`not found: ${found}`);
  const { checkId } = agent.data;
  await mend();
  const verified = await agent.call('verify_fix', { checkId });
  if (!/gone/i.test(verified)) throw new Error(`not verified: ${verified}`);
}

async function withPeer(agent: Agent, { url, folder, mend }: Shop): Promise<void> {
  const { executablePath } = findBrowser();
  const sandbox = needsNoSandbox('chromium') ? ['--chromeArg=--no-sandbox'] : [];
  const args = ['--yes', PEER, '--headless', '--isolated', '--executablePath', executablePath, '--memoryDebugging'];
  await agent.connect('npx', [...args, ...sandbox], folder);
  const file = (name: string) => join(folder, `${name}.heapsnapshot`);
  const openAndClose = async (times: number) =>
    await agent.call('evaluate_script', {
      function: `async () => { for (let i = 0; i < ${times}; i++) { document.querySelector('.open').click(); await new Promise(requestAnimationFrame); document.querySelector('.close').click(); } }`,
    });
  const compare = async (round: string): Promise<string> => {
    await openAndClose(3);
    await agent.call('take_heapsnapshot', { filePath: file(`${round}-1`) });
    await openAndClose(7);
    await agent.call('take_heapsnapshot', { filePath: file(`${round}-2`) });
    return await agent.call('compare_heapsnapshots', {
      baseFilePath: file(`${round}-1`),
      currentFilePath: file(`${round}-2`),
    });
  };
  await agent.call('new_page', { url });
  const grown = await compare('before');
  console.log(grown.slice(0, 1500));
  const row = grown.split('\n').find((line) => line.includes('DetailsPanel'));
  if (row === undefined) throw new Error(`not found: ${grown}`);
  const classIndex = Number(/^\D*(\d+)/.exec(row)?.[1]);
  const nodes = await agent.call('compare_heapsnapshots', {
    baseFilePath: file('before-1'),
    currentFilePath: file('before-2'),
    classIndex,
  });
  console.log(nodes.slice(0, 1500));
  const nodeId = Number(/@?(\d{3,})/.exec(nodes.slice(nodes.indexOf('DetailsPanel')))?.[1]);
  const paths = await agent.call('get_heapsnapshot_retaining_paths', { filePath: file('before-2'), nodeId });
  if (!paths.includes('closedPanels')) throw new Error(`not explained: ${paths}`);
  await mend();
  await agent.call('navigate_page', { type: 'reload' });
  const after = await compare('after');
  if (after.includes('DetailsPanel')) throw new Error('not verified');
}

for (const [name, way] of [
  ['leakwright', withOurs],
  [PEER, withPeer],
] as const) {
  const folder = mkdtempSync(join(tmpdir(), 'lw-agent-'));
  const agent = new Agent();
  try {
    cpSync(join(packageFolder(), 'test', 'demo', 'shop'), folder, { recursive: true });
    let server = await serveShop(0, folder);
    const { url } = server;
    const mend = async () => {
      const source = join(folder, 'src', 'shop.ts');
      writeFileSync(source, readFileSync(source, 'utf8').replace(LEAK, 'closedPanels[0] = panel;'));
      await server.close();
      server = await serveShop(Number(new URL(url).port), folder);
    };
    const began = performance.now();
    try {
      await way(agent, { folder, url, mend });
      const seconds = Math.round((performance.now() - began) / 1000);
      console.log(
        `${name}: ${agent.calls} calls, ${agent.bytes} bytes, ${agent.toolBytes} bytes of tools, ${seconds} s`,
      );
    } finally {
      await agent.close();
      await server.close();
    }
  } catch (error) {
    process.exitCode = 1;
    console.log(`${name}: ${String(error)} (after ${agent.calls} calls, ${agent.bytes} bytes)`);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
