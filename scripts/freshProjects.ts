/**
 * Projects made fresh with today's tools, served by the tool's development server and as built. Each has three planted leaks
 * with their mended twins: is each found once, at its file and line, with its component named, and is the twin clean? Installs
 * from the npm registry, so it is no part of the suite.
 *
 *   npm run fresh-projects                    all of them, minutes each
 *   npm run fresh-projects -- plain tsc       some, by name
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import type { Finding, Report } from 'leakwright';
import { type PlantedLeak, leaks } from './freshProjects/leaks.ts';
import type { FreshProject } from './freshProjects/project.ts';
import { projects } from './freshProjects/projects.ts';

const cli = join(import.meta.dirname, '..', 'dist', 'cli.js');
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
/** Development servers compile before they answer. */
const SERVED_WITHIN_MS = 180_000;

interface Outcome {
  readonly project: string;
  readonly how: string;
  readonly isRight: boolean;
  readonly said: string;
}

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !projects.some((project) => project.name === name));
if (unknown !== undefined) {
  throw new Error(`There is no project '${unknown}'. There are: ${projects.map(({ name }) => name).join(', ')}.`);
}
const outcomes: Outcome[] = [];
for (const project of projects.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const folder = mkdtempSync(join(tmpdir(), `lw-fresh-${project.name}-`));
  try {
    outcomes.push(...(await runProject(project, folder)));
  } catch (error) {
    outcomes.push({ project: project.name, how: 'set up', isRight: false, said: String(error) });
    console.log(`WRONG  ${project.name}: ${String(error)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
const right = outcomes.filter(({ isRight }) => isRight).length;
console.log(`${right} of ${outcomes.length} right`);
process.exitCode = right === outcomes.length ? 0 : 1;

async function runProject(project: FreshProject, folder: string): Promise<Outcome[]> {
  write(folder, project.files);
  if (project.dependencies.length > 0) {
    await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel', 'error', ...project.dependencies], folder);
  }
  const found: Outcome[] = [];
  if (project.dev) found.push(...(await served(project, project.dev, folder, 'dev')));
  if (project.build) await run('npx', [...project.build], folder);
  const { built } = project;
  if (typeof built !== 'string') return [...found, ...(await served(project, built, folder, 'built'))];
  const server = await serve(join(folder, built));
  try {
    found.push(...(await checkAll(project, folder, (server.address() as AddressInfo).port, 'built')));
  } finally {
    server.close();
  }
  return found;
}

async function served(
  project: FreshProject,
  command: (port: number) => readonly string[],
  folder: string,
  how: string,
): Promise<Outcome[]> {
  const port = await freePort();
  const server = start(command(port), folder);
  try {
    return await checkAll(project, folder, port, how);
  } finally {
    await end(server);
  }
}

async function checkAll(project: FreshProject, folder: string, port: number, how: string): Promise<Outcome[]> {
  await answered(`http://127.0.0.1:${port}/`);
  const found: Outcome[] = [];
  for (const leak of leaks)
    for (const mended of [false, true]) {
      const outcome = await check(project, folder, port, { leak, mended, how });
      console.log(`${outcome.isRight ? 'right' : 'WRONG'}  ${outcome.project}, ${outcome.how}: ${outcome.said}`);
      found.push(outcome);
    }
  return found;
}

async function check(
  project: FreshProject,
  folder: string,
  port: number,
  { leak, mended, how }: { readonly leak: PlantedLeak; readonly mended: boolean; readonly how: string },
): Promise<Outcome> {
  const args = [
    'check',
    '--url',
    `http://127.0.0.1:${port}/?leak=${leak.name}${mended ? '&mended' : ''}`,
    '--click',
    '#toggle',
    '--click',
    '#toggle',
    '--no-sandbox',
    '--reporter',
    'json',
    '--timeout',
    '300',
  ];
  const text = await run(process.execPath, [cli, ...args], folder, [0, 1, 2]);
  const [result] = (JSON.parse(text) as Report).checks;
  const findings = result?.findings ?? [];
  const file = project.panel(leak);
  const line =
    1 +
    readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .findIndex((each) => each.includes(leak.line));
  const places = findings.flatMap(({ allocatedAt, keptAt }) => [allocatedAt, keptAt]);
  const isAt = places.some((at) => at?.file === file && at.line === line);
  const isNamed = findings.some((finding) => namesIn(finding).some((name) => name.includes(leak.component)));
  const isRight = mended
    ? result?.verdict === 'clean'
    : result?.verdict === 'leak' && findings.length === 1 && isAt && isNamed;
  return {
    project: project.name,
    how: `${how}, ${leak.name}${mended ? ' mended' : ` at ${file}:${line}`}`,
    isRight,
    said: [
      `${result?.verdict}${places.map((at) => (at ? ` ${at.file}:${at.line}` : '')).join('')}`,
      ...(mended && result?.verdict !== 'clean' ? [JSON.stringify(result).slice(0, 1500)] : []),
      ...(mended || isNamed ? [] : [`${leak.component} is not named`]),
      ...findings.map(({ name, holder }) => (holder === undefined ? name : `${name} in ${holder}`)),
    ].join('; '),
  };
}

/** Where a finding can name a component: of single-file components, the file does. */
function namesIn({ name, holder = '', retainedBy, allocatedAt, keptAt }: Finding): string[] {
  const sites = [allocatedAt, keptAt].filter((site) => site !== undefined);
  return [name, holder, ...retainedBy, ...sites.flatMap((site) => [site.file, site.function, site.role ?? ''])];
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    // npm writes its dependencies into it.
    if (name === 'package.json' && exists(join(folder, name))) continue;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

function exists(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}

async function run(program: string, args: readonly string[], cwd: string, codes = [0]): Promise<string> {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  child.stderr.on('data', (chunk) => (err += String(chunk)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== null && codes.includes(code)) return out;
  throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${(err || out).slice(-2000)}`);
}

/** In a group of its own, so that what `npx` starts ends with it. */
function start(command: readonly string[], cwd: string): ChildProcess {
  return spawn('npx', [...command], { cwd, stdio: 'ignore', detached: true });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, 'SIGKILL');
  await exited;
}

async function answered(url: string): Promise<void> {
  const deadline = Date.now() + SERVED_WITHIN_MS;
  for (;;) {
    const isThere = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isThere) return;
    if (Date.now() > deadline) throw new Error(`Nothing answers at ${url}.`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function freePort(): Promise<number> {
  const server = createSocketServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://a').pathname;
    try {
      const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
      const text = readFileSync(file);
      response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
      response.end(text);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
