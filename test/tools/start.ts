/**
 * `npm start`: opens an editor with the extension and the leaky sample shop in it. Desktop VS Code where it can be had,
 * else VS Code in the browser at the printed address (`--headed` opens that browser as well; `--port N` chooses the
 * port). Ctrl-C ends everything and leaves nothing.
 */
import { spawn } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { atExit, cleanUpNow, temporaryFolder } from './atExit.ts';
import { obtainBrowser } from '../../src/browsers/index.ts';
import { obtainEditor, repository } from './obtainEditor.ts';
import { startVscodeServer } from './vscodeServer.ts';
import { openChromium } from './workbench.ts';

const progress = (line: string) => console.log(line);

/** A copy, so that trying out a fix changes nothing in the repository. Inside it, since serving needs our esbuild. */
function copyShop(): string {
  const folder = join(repository, '.vscode-test', 'shop');
  if (!existsSync(folder)) cpSync(join(repository, 'test', 'demo', 'shop'), folder, { recursive: true });
  return folder;
}

function flag(name: string): string | undefined {
  const index = process.argv.indexOf(name);
  return index === -1 ? undefined : (process.argv[index + 1] ?? '');
}

async function openDesktop(executable: string, folder: string): Promise<void> {
  const home = temporaryFolder();
  const editor = spawn(
    executable,
    [
      `--extensionDevelopmentPath=${repository}`,
      `--user-data-dir=${home}`,
      '--wait',
      '--disable-workspace-trust',
      folder,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const closed = new Promise<void>((done, failed) => {
    editor.on('error', failed);
    editor.on('close', () => done());
  });
  atExit(async () => {
    if (editor.exitCode === null && editor.signalCode === null) editor.kill();
    await closed;
  });
  console.log('VS Code is open with the extension and the sample shop. Close it, or press Ctrl-C here, to end.');
  await closed;
}

async function openInBrowser(serverMain: string, folder: string): Promise<void> {
  const server = await startVscodeServer({
    serverMain,
    port: Number(flag('--port') ?? 0),
    // Tasks of the shop run `node`: the one that runs us can run TypeScript.
    env: { PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` },
  });
  const url = server.workbenchUrl({ folder, extension: repository });
  if (process.argv.includes('--headed')) {
    const browser = await openChromium(progress, { headed: true });
    const page = await browser.newPage({ viewport: null });
    await page.goto(url);
  }
  console.log(`\nVS Code with the extension and the sample shop is open at\n\n  ${url}\n\nCtrl-C ends everything.`);
  await new Promise(() => {
    // Until Ctrl-C: a promise alone keeps no process alive.
    setInterval(() => {}, 2 ** 30);
  });
}

async function main(): Promise<void> {
  const editor = await obtainEditor({ progress });
  // Obtained now, with progress, rather than missed at the first launch in the editor.
  const browser = await obtainBrowser({ onProgress: progress });
  progress(`Sessions and checks will use ${browser.product} (${browser.executablePath}).`);
  const folder = copyShop();
  if (editor.kind === 'desktop') await openDesktop(editor.executable, folder);
  else await openInBrowser(editor.serverMain, folder);
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  await cleanUpNow();
}
