import type { BrowserTree, Evidence } from '../browsers/index.ts';
import {
  type ProcessInfo,
  type ProcessTable,
  ancestorsOf,
  byStart,
  childrenOf,
  descendantsOf,
  identityOf,
} from '../processes/index.ts';
import { formatDuration } from '../support/index.ts';
import type { TreeProbe } from './clients.ts';
import type { LeftServer, OwnedTree } from './model.ts';
import { parentKind } from './reapers.ts';
import { isShell } from './wrappers.ts';

/**
 * Programs that drive browsers on behalf of a client, and all run as `node cli.js`.
 * - `server`: serves a client, which may come back: an MCP server, a CLI's daemon, `playwright run-server`
 * - `driver`: serves the one program that started it, over its standard input (Playwright for Python, Java and .NET)
 * - `runner`: works for itself
 */
const TOOLS: readonly {
  readonly name: string;
  readonly kind: 'server' | 'driver' | 'runner';
  readonly command: RegExp;
}[] = [
  {
    name: 'Playwright MCP',
    kind: 'server',
    command: /@playwright[/\\]mcp|\bplaywright-mcp\b|mcp-server-playwright|\brun-mcp-server\b/,
  },
  { name: 'Chrome DevTools MCP', kind: 'server', command: /\bchrome-devtools-mcp\b/ },
  { name: 'Puppeteer MCP', kind: 'server', command: /server-puppeteer|puppeteer-mcp/ },
  { name: 'Playwright CLI', kind: 'server', command: /@playwright[/\\]cli|\bplaywright-cli\b/ },
  {
    name: 'Playwright server',
    kind: 'server',
    command: /playwright\S*[/\\](?:cli\.js|\.bin[/\\]playwright(?:-core)?) (?:run-server|launch-server)\b/,
  },
  { name: 'Playwright driver', kind: 'driver', command: /playwright\S*[/\\]cli\.js run-driver\b/ },
  {
    name: 'Playwright Test',
    kind: 'runner',
    command:
      /(?:@playwright[/\\]test|[/\\]playwright)[/\\]cli\.js test\b|\bplaywright[/\\]lib[/\\]\S*[/\\]processEntry\.js/,
  },
  {
    name: 'Leakwright MCP',
    kind: 'server',
    command: /[/\\]leakwright[^/\\ ]*[/\\]dist[/\\](?:mcp\.js|cli\.js mcp\b)/,
  },
];

/** A daemon is alone between two commands of its user: it has been left when it is older than this, in ms. */
const DAEMON_MS = 30 * 60_000;

const STARTERS = /(?:^|[/\\])(?:npx|npm|pnpm|yarn|bunx?|uvx?)(?:-cli\.js)?(?:$|\s)/;

export function toolOf(info: Pick<ProcessInfo, 'commandLine'>): (typeof TOOLS)[number] | undefined {
  const text = info.commandLine.join(' ');
  return TOOLS.find(({ command }) => command.test(text));
}

/** The program on whose behalf such a tool works: the nearest above it that does more than start it (`npx`, a shell). */
export function clientOf(server: ProcessInfo, table: ProcessTable): ProcessInfo | undefined {
  if (!toolOf(server)) return undefined;
  return ancestorsOf(table, server.pid).find(
    (above) =>
      above.pid > 1 &&
      !isStarter(above) &&
      !toolOf(above) &&
      !['init', 'systemd', 'single', 'supervisor'].includes(parentKind(above, table)),
  );
}

/** It only starts the tool whose name is on its command line. */
function isStarter(info: ProcessInfo): boolean {
  return isShell(info) || STARTERS.test(info.commandLine.slice(0, 2).join(' '));
}

/**
 * The evidence that no client can use a server or driver any more, or undefined: the other ends of its streams are closed
 * and it has no connection, or it is a daemon whose starter has ended and that has had no connection for long.
 */
export async function clientIsGone(
  server: ProcessInfo,
  table: ProcessTable,
  probe: TreeProbe,
): Promise<Evidence | undefined> {
  const kind = toolOf(server)?.kind;
  if (kind !== 'server' && kind !== 'driver') return undefined;
  const connected = await probe.countConnections?.(server);
  if (connected !== undefined && connected > 0) return undefined;
  // `npx` hands its own streams on, so what the server inherited is its client's all the same.
  const pipes = await probe.launcherPipes?.(identityOf(server));
  const alone = connected === undefined ? '' : ', and no client is connected to it';
  if (pipes === 'closed')
    return {
      source: 'connection',
      fact: `Its client is gone: the other ends of its output and input are closed${alone}`,
    };
  const parent = table.processes.get(server.ppid);
  const adopted = parent !== undefined && !['launcher', 'supervisor'].includes(parentKind(parent, table));
  const ageMs = table.at - server.startedAtMs;
  if (pipes !== 'none' || connected === undefined || !adopted || ageMs < DAEMON_MS) return undefined;
  return {
    source: 'connection',
    fact: `Its client is gone: the program that started it ${formatDuration(ageMs)} ago has ended${alone}`,
  };
}

/**
 * Servers and drivers whose client is gone, in start order, each with the browsers it still runs. They are reported, and never ended without
 * a request.
 */
export async function findLeftServers(
  table: ProcessTable,
  trees: readonly BrowserTree[],
  probe: TreeProbe,
): Promise<LeftServer[]> {
  const members = new Set(trees.flatMap(({ processes }) => processes.map(({ info }) => info.pid)));
  const found: LeftServer[] = [];
  for (const info of table.processes.values()) {
    const tool = toolOf(info);
    if (!tool || info.state === 'zombie' || members.has(info.pid) || isStarter(info)) continue;
    // Of a program and its workers only the uppermost has a client.
    if (ancestorsOf(table, info.pid).some((above) => toolOf(above) && !isStarter(above))) continue;
    const evidence = await clientIsGone(info, table, probe);
    if (!evidence) continue;
    const below = new Set(descendantsOf(table, info.pid).map(({ pid }) => pid));
    const browsers = trees.filter(({ root }) => below.has(root.pid)).map(({ root }) => root.pid);
    found.push({ process: info, name: tool.name, browsers, evidence: [evidence] });
  }
  return found.sort((a, b) => byStart(a.process, b.process));
}

/** A server that runs no browser, as a clean-up takes it. Its client may come back, so it is ended only on request. */
export function serverTree({ process: root, name, evidence }: LeftServer, table: ProcessTable): OwnedTree {
  const processes = [root, ...descendantsOf(table, root.pid)].map((info) => ({ info, role: 'other' as const }));
  return {
    tree: {
      root,
      family: 'none',
      product: name,
      headless: true,
      transport: { kind: 'none' },
      evidence: [],
      processes,
    },
    status: 'abandoned',
    evidence,
  };
}

/**
 * The driver above a tree that serves only this tree, with the encoders of the tree's videos: of no use without the browser.
 *
 * @param server the process that launched the tree, which has lost its client
 */
export function serverCompanions(tree: BrowserTree, server: ProcessInfo, table: ProcessTable): ProcessInfo[] {
  const members = new Set(tree.processes.map(({ info }) => info.pid));
  const others = childrenOf(table, server.pid).filter(({ pid }) => pid !== tree.root.pid && !members.has(pid));
  // It has other browsers, or does more than drive this one.
  if (!others.every(isVideoEncoder)) return [];
  return [server, ...others];
}

/** Playwright's ffmpeg, which gets the frames of a page's video over its input. */
function isVideoEncoder({ commandLine }: Pick<ProcessInfo, 'commandLine'>): boolean {
  return /(?:^|[/\\])ffmpeg[^/\\]*$/.test(commandLine[0] ?? '') && commandLine.includes('image2pipe');
}
