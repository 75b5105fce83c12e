/**
 * `npm run test:ui`: drives the real workbench in a browser as a person would, and takes screenshots into
 * `.test-results/screenshots/`. `npm run test:ui -- --update-media` copies those for the README to `media/screenshots/`.
 * `npm run test:ui -- PATTERN` runs only the tests whose title matches, `--file=PATH` only those of a file.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { atExit, cleanUpNow } from './atExit.ts';
import { obtainEditor, repository } from './obtainEditor.ts';

const screenshots = join(repository, '.test-results', 'screenshots');
const args = process.argv.slice(2);
const updateMedia = args.includes('--update-media');
const pattern = args.find((arg) => !arg.startsWith('--'));
const files = args.flatMap((arg) => (arg.startsWith('--file=') ? [arg.slice('--file='.length)] : []));

async function main(): Promise<number> {
  const extension = process.env['LEAKWRIGHT_TEST_EXTENSION'] ?? repository;
  if (!existsSync(join(extension, 'dist', 'extension.js'))) {
    throw new Error("There is no dist/extension.js: run 'npm run build' first.");
  }
  // In a browser even where the desktop program can be had: Playwright sees both alike, and this one needs no
  // display.
  const editor = await obtainEditor({ kind: 'server', progress: (line) => console.log(line) });
  // A part leaves those of the other.
  if (files.length === 0) rmSync(screenshots, { recursive: true, force: true });
  mkdirSync(screenshots, { recursive: true });
  const mocha = spawn(
    process.execPath,
    [
      join(repository, 'node_modules', 'mocha', 'bin', 'mocha.js'),
      '--reporter=test/tools/countingReporter.cjs',
      '--slow=10000',
      `--retries=${process.env['LEAKWRIGHT_TEST_RETRIES'] ?? '0'}`,
      ...(pattern ? ['--grep', pattern] : []),
      ...(files.length > 0 ? files : ['test/ui/**/*.test.ts']),
    ],
    {
      cwd: repository,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        LEAKWRIGHT_TEST_SERVER_MAIN: editor.kind === 'server' ? editor.serverMain : '',
        LEAKWRIGHT_TEST_SCREENSHOTS: screenshots,
        LEAKWRIGHT_TEST_MEDIA: updateMedia ? '1' : '',
      },
    },
  );
  const closed = new Promise<number>((done) => mocha.on('close', (code) => done(code ?? 1)));
  // mocha ends its hooks, and so its editors and browsers, on SIGINT.
  atExit(async () => {
    if (mocha.exitCode === null && mocha.signalCode === null) mocha.kill('SIGINT');
    await closed;
  });
  const code = await closed;
  if (code === 0 && updateMedia) copyScreenshots();
  return code;
}

/** Names that begin with `readme-` are those that the README shows. */
function copyScreenshots(): void {
  const media = join(repository, 'media', 'screenshots');
  mkdirSync(media, { recursive: true });
  for (const name of readdirSync(screenshots)) {
    if (!name.startsWith('readme-')) continue;
    copyFileSync(join(screenshots, name), join(media, name.slice('readme-'.length)));
    console.log(`media/screenshots/${name.slice('readme-'.length)}`);
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  await cleanUpNow();
}
