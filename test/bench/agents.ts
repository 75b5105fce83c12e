/**
 * What it costs an agent to find, mend and verify the leak of the sample shop: calls, and the bytes that its context takes
 * (the tools' descriptions, what it sends, what it reads). With our server, and with chrome-devtools-mcp's memory tools,
 * used as the skill that it ships says: a snapshot before and after ten repetitions, compared, the class that grew, what
 * retains one of it; the same comparison again after the mend. The peer is installed into test/bench/agentsPeers (not
 * committed) when the benchmark first runs.
 *
 * The mend itself (reading and writing one file) is the same for both and not counted. Nor is what the peer's agent must
 * still do on its own: decide that what grew is a leak, and find the line, which none of its answers names.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { type ShopServer, serveShop } from '../demo/shop/serve.ts';
import { chromiumPath } from '../support/corpusRun.ts';

const PEER = { 'chrome-devtools-mcp': '1.11.0' };
const root = join(import.meta.dirname, '..', '..');
const peersFolder = join(import.meta.dirname, 'agentsPeers');
const CLASS = 'DetailsPanel';
/** The number of the only page of a new browser. */
const PAGE = 1;
/** As often as the peer's skill says. */
const REPETITIONS = 10;
const OPEN = 'button:has-text("Details")';
const CLOSE = 'button:has-text("Close")';

interface Cost {
  readonly tool: string;
  /** Tools that the server offers, and the bytes of their descriptions. */
  tools: number;
  toolBytes: number;
  calls: number;
  sentBytes: number;
  readBytes: number;
  seconds: number;
  /** What the agent knows at the end, from answers alone. */
  knows: string;
}

interface ToolAnswer {
  readonly content: readonly { readonly type: string; readonly text?: string }[];
  readonly isError?: boolean;
  readonly structuredContent?: Record<string, unknown>;
}

/** A server with the cost of all that an agent exchanges with it. */
class CountedServer {
  readonly cost: Cost;
  readonly #client = new Client({ name: 'bench', version: '1' });
  readonly #started = performance.now();

  constructor(tool: string) {
    this.cost = { tool, tools: 0, toolBytes: 0, calls: 0, sentBytes: 0, readBytes: 0, seconds: 0, knows: '' };
  }

  async start(args: readonly string[], cwd: string): Promise<void> {
    const env = { PATH: process.env['PATH']!, HOME: cwd, TMPDIR: cwd, LEAKWRIGHT_STATE_DIR: join(cwd, 'state') };
    await this.#client.connect(
      new StdioClientTransport({ command: process.execPath, args: [...args], cwd, env, stderr: 'ignore' }),
    );
    const { tools } = await this.#client.listTools();
    this.cost.tools = tools.length;
    this.cost.toolBytes = JSON.stringify(tools).length;
  }

  async call(name: string, input: Record<string, unknown>): Promise<{ text: string; data: Record<string, unknown> }> {
    this.cost.calls += 1;
    this.cost.sentBytes += JSON.stringify({ name, input }).length;
    const limits = { timeout: 300_000, resetTimeoutOnProgress: true };
    const answer = (await this.#client.callTool({ name, arguments: input }, undefined, limits)) as ToolAnswer;
    const text = answer.content.map((part) => part.text ?? '').join('\n');
    this.cost.readBytes += text.length;
    if (answer.isError) throw new Error(`${name} failed: ${text}`);
    return { text, data: answer.structuredContent ?? {} };
  }

  async close(): Promise<void> {
    this.cost.seconds = (performance.now() - this.#started) / 1000;
    await this.#client.close();
  }
}

/** The shop as a project in a folder of its own, which an agent may change while it is served. */
class ShopProject {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'lw-agents-')));
  #server?: ShopServer;
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
    cpSync(join(root, 'test', 'demo', 'shop'), this.folder, { recursive: true });
  }

  async serve(): Promise<string> {
    await this.#server?.close();
    this.#server = await serveShop(this.#port, this.folder);
    return this.#server.url;
  }

  async mend(): Promise<string> {
    cpSync(join(this.folder, 'src', 'shopFixed.ts'), join(this.folder, 'src', 'shop.ts'));
    return await this.serve();
  }

  async remove(): Promise<void> {
    await this.#server?.close();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

async function withLeakwright(shop: ShopProject): Promise<Cost> {
  const server = new CountedServer('leakwright');
  await server.start([join(root, 'dist', 'mcp.js')], shop.folder);
  try {
    const url = await shop.serve();
    const found = await server.call('check_page', { url, click: [OPEN, CLOSE] });
    const place = /src\/shop\.ts:\d+/.exec(found.text)?.[0];
    if (!found.text.includes(CLASS) || place === undefined) throw new Error(`The leak was not found: ${found.text}`);
    await shop.mend();
    const { text, data } = await server.call('verify_fix', { checkId: found.data['checkId'] });
    if (data['fixed'] !== true) throw new Error(`The mend was not verified: ${text}`);
    server.cost.knows = `leak, ${CLASS} kept at ${place}; verified as gone`;
  } finally {
    await server.close();
  }
  return server.cost;
}

async function withDevtools(shop: ShopProject): Promise<Cost> {
  const server = new CountedServer('chrome-devtools-mcp');
  const program = join(peersFolder, 'node_modules/chrome-devtools-mcp/build/src/bin/chrome-devtools-mcp.js');
  const options = ['--headless', '--isolated', '--memoryDebugging', '--no-usageStatistics', '--allowUnrestrictedPaths'];
  await server.start([program, ...options, '--executablePath', chromiumPath, '--chromeArg=--no-sandbox'], shop.folder);
  const repeat = `async () => { for (let n = 0; n < ${REPETITIONS}; n += 1) for (const name of ['Details', 'Close']) {
    [...document.querySelectorAll('button')].find((button) => button.textContent.includes(name)).click();
    await new Promise((done) => setTimeout(done, 50)); } }`;
  /** A snapshot before and after the repetitions, compared. */
  const compare = async (url: string, round: string): Promise<{ before: string; after: string; text: string }> => {
    const [before, after] = ['before', 'after'].map((name) => join(shop.folder, `${name}-${round}.heapsnapshot`)) as [
      string,
      string,
    ];
    await server.call('navigate_page', { pageId: PAGE, url });
    await server.call('take_heapsnapshot', { pageId: PAGE, filePath: before });
    await server.call('evaluate_script', { pageId: PAGE, function: repeat });
    await server.call('take_heapsnapshot', { pageId: PAGE, filePath: after });
    const { text } = await server.call('compare_heapsnapshots', { baseFilePath: before, currentFilePath: after });
    return { before, after, text };
  };
  try {
    await server.call('list_pages', {});
    const { before, after, text } = await compare(await shop.serve(), 'leaky');
    const index = new RegExp(String.raw`^(\d+),${CLASS},`, 'm').exec(text)?.[1];
    if (index === undefined) throw new Error(`${CLASS} is not in the comparison: ${text}`);
    const files = { baseFilePath: before, currentFilePath: after };
    const grown = await server.call('compare_heapsnapshots', { ...files, classIndex: Number(index) });
    const node = /@?(\d{3,})/.exec(grown.text.slice(grown.text.indexOf(CLASS)))?.[1];
    if (node === undefined) throw new Error(`No object is named: ${grown.text}`);
    const path = await server.call('get_heapsnapshot_retaining_paths', { filePath: after, nodeId: Number(node) });
    const mended = await compare(await shop.mend(), 'mended');
    const holder = path.text.includes('closedPanels') ? 'held by closedPanels' : 'with its retaining paths';
    const later = new RegExp(String.raw`^\d+,${CLASS},.*`, 'm').exec(mended.text)?.[0] ?? 'not in the comparison';
    server.cost.knows = `${CLASS} grew, ${holder}; after the mend: ${later}`;
  } finally {
    await server.close();
  }
  return server.cost;
}

function installPeer(): void {
  if (existsSync(join(peersFolder, 'node_modules', 'chrome-devtools-mcp'))) return;
  mkdirSync(peersFolder, { recursive: true });
  writeFileSync(join(peersFolder, 'package.json'), `${JSON.stringify({ private: true, dependencies: PEER })}\n`);
  const env = { ...process.env, PUPPETEER_SKIP_DOWNLOAD: '1' };
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund'], {
    cwd: peersFolder,
    env,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('The peer could not be installed.');
}

installPeer();
const costs: Cost[] = [];
for (const [index, run] of [withLeakwright, withDevtools].entries()) {
  const shop = new ShopProject(4190 + index);
  try {
    costs.push(await run(shop));
  } finally {
    await shop.remove();
  }
}
console.table(costs.map((cost) => ({ ...cost, seconds: cost.seconds.toFixed(1) })));
const [ours, theirs] = costs as [Cost, Cost];
const all = ({ toolBytes, sentBytes, readBytes }: Cost): number => toolBytes + sentBytes + readBytes;
console.log(
  `Calls ${(ours.calls / theirs.calls).toFixed(2)}, bytes exchanged ` +
    `${((ours.sentBytes + ours.readBytes) / (theirs.sentBytes + theirs.readBytes)).toFixed(3)}, with the tools' descriptions ` +
    `${(all(ours) / all(theirs)).toFixed(2)} of chrome-devtools-mcp's.`,
);
