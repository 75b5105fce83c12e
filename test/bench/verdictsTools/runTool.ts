/** Runs one tool on one page, as a process of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumPath } from '../../support/corpusRun.ts';
import { corpusFolder } from '../../support/corpusServer.ts';

export type Tool = 'leakwright' | 'fuite' | 'memlab';

export interface ToolRun {
  /** Null where the tool gave no verdict: it crashed, timed out, or could not say. */
  readonly leak: boolean | null;
  /** `file:line:column` of whatever places the tool names. */
  readonly places: readonly string[];
  readonly wallMs: number;
  /** The most resident memory of the tool's own processes, without the browser's. */
  readonly peakBytes: number;
}

export const peersFolder = join(import.meta.dirname, '..', 'verdictsPeers');
const LIMIT_MS = 240_000;
const cli = join(import.meta.dirname, '..', '..', '..', 'dist', 'cli.js');

function argumentsOf(tool: Tool, url: string, click: readonly string[]): string[] {
  if (tool !== 'leakwright') {
    const input = { url, click, peers: peersFolder, chromium: chromiumPath };
    return [join(import.meta.dirname, `${tool}.mjs`), JSON.stringify(input)];
  }
  const clicks = click.flatMap((selector) => ['--click', selector]);
  return [
    cli,
    'check',
    '--url',
    url,
    ...clicks,
    '--reporter',
    'json',
    '--no-sandbox',
    '--executable-path',
    chromiumPath,
  ];
}

interface Report {
  readonly checks: readonly {
    readonly verdict: string;
    readonly findings: readonly Record<'allocatedAt' | 'keptAt', Site | undefined>[];
  }[];
}
interface Site {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly precision: string;
}

/** What our report says, in the terms of all tools. Places of which only the function is known are left out. */
function readReport(output: string): Pick<ToolRun, 'leak' | 'places'> {
  const { verdict, findings } = (JSON.parse(output) as Report).checks[0]!;
  const sites = findings.flatMap(({ allocatedAt, keptAt }) => [allocatedAt, keptAt]);
  return {
    leak: verdict === 'leak' ? true : verdict === 'clean' ? false : null,
    places: sites
      .filter((site) => site?.precision === 'line')
      .map((site) => `${site!.file}:${site!.line}:${site!.column}`),
  };
}

/** The peers' scripts print a line for us. */
function readLine(output: string): Pick<ToolRun, 'leak' | 'places'> {
  return JSON.parse(/^RESULT (?<json>.*)$/m.exec(output)!.groups!['json']!) as Pick<ToolRun, 'leak' | 'places'>;
}

export async function runTool(tool: Tool, url: string, click: readonly string[]): Promise<ToolRun> {
  const folder = mkdtempSync(join(tmpdir(), 'leakwright-tool-'));
  const peakFile = join(folder, 'peak');
  const began = performance.now();
  const child = spawn(
    process.execPath,
    ['--import', join(import.meta.dirname, 'peakMemory.mjs'), ...argumentsOf(tool, url, click)],
    {
      // Our report names files relative to where it runs.
      cwd: corpusFolder,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, PUPPETEER_EXECUTABLE_PATH: chromiumPath, LEAKWRIGHT_BENCH_PEAK: peakFile },
    },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  const timer = setTimeout(() => child.kill('SIGTERM'), LIMIT_MS);
  try {
    await new Promise<void>((done) => {
      child.once('close', () => done());
    });
    const wallMs = performance.now() - began;
    const said = tool === 'leakwright' ? readReport(output) : readLine(output);
    const peaks = readFileSync(peakFile, 'utf8').trim().split('\n').map(Number);
    return { ...said, wallMs, peakBytes: peaks.reduce((sum, bytes) => sum + bytes, 0) };
  } catch {
    return { leak: null, places: [], wallMs: performance.now() - began, peakBytes: 0 };
  } finally {
    clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true });
  }
}
