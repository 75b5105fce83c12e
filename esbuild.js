// Bundles the entries into dist/, each for its own process (see src/README.md, "Processes at run time").
const esbuild = require('esbuild');
const { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { writeNotices } = require('./notices.js');

const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');

/** Shared by everything that runs in Node. */
const node = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  outdir: 'dist',
  sourcemap: production ? false : 'linked',
  sourcesContent: false,
  minify: production,
  logLevel: 'warning',
  // The sources are ES modules, the bundles CommonJS: these two are how a module finds its neighbours.
  define: { 'import.meta.url': '__moduleUrl', 'import.meta.dirname': '__dirname' },
  banner: { js: "const __moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  external: ['vscode', 'playwright', 'playwright-core', '@playwright/test', 'chromium-bidi'],
};

const builds = [
  {
    ...node,
    entryPoints: { extension: 'src/extension.ts', engine: 'src/editor/engine.ts', onDemand: 'src/editor/onDemand.ts' },
  },
  {
    ...node,
    entryPoints: {
      cli: 'src/cli.ts',
      commandLine: 'src/commandLine.ts',
      sessionHost: 'src/sessions/hostProcess.ts',
      snapshotWorker: 'src/leaks/snapshot/worker.ts',
      sourceWorker: 'src/leaks/explain/sources/worker.ts',
      analysisWorker: 'src/leaks/analyze/worker.ts',
      redisStore: 'src/stores/redis/redisStore.ts',
      openTelemetry: 'src/monitoring/metrics/openTelemetry.ts',
      webServerKeeper: 'src/scenarios/webServer/keeperProcess.ts',
    },
  },
  { ...node, entryPoints: { mcp: 'src/mcp.ts' } },
  { ...node, entryPoints: { index: 'src/index.ts' } },
  {
    ...node,
    entryPoints: {
      playwright: 'src/playwright.ts',
      playwrightReporter: 'src/playwrightReporter.ts',
    },
  },
  { ...node, entryPoints: { playwrightSpecs: 'src/playwrightSpecs.ts' } },
  {
    bundle: true,
    platform: 'browser',
    format: 'iife',
    target: 'chrome128',
    outdir: 'dist/webview',
    // Each becomes dist/webview/NAME.js with its NAME.css; src/editor/webviews/webviewHtml.ts makes the document around them.
    entryPoints: {
      memoryView: 'src/editor/memoryView/page/memoryView.ts',
      reportPanel: 'src/editor/report/page/reportPanel.ts',
    },
    // The small rooms have files that need Node beside those that do not; a unit test sees that none of those is left in.
    external: ['node:*'],
    define: { 'import.meta.url': '""', 'import.meta.dirname': '""' },
    minify: production,
    sourcemap: production ? false : 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  },
];

async function main() {
  rmSync('dist', { recursive: true, force: true });
  mkdirSync('dist');
  // jiti loads its compiler when a TypeScript scenario comes, from this place beside the bundle.
  copyFileSync(join(dirname(require.resolve('jiti/package.json')), 'dist', 'babel.cjs'), join('dist', 'babel.cjs'));
  if (watch) {
    const contexts = await Promise.all(builds.map((build) => esbuild.context(build)));
    await Promise.all(contexts.map((context) => context.watch()));
    console.log('watching');
    return;
  }
  const made = await Promise.all(builds.map((build) => esbuild.build({ ...build, metafile: true })));
  writeNotices(made.map(({ metafile }) => metafile));
  // One instance for both module systems: the ES module hands on what the CommonJS bundle has.
  const names = ['LeakwrightError', 'analyzeSnapshots', 'checkLeaks', 'defineConfig', 'defineScenario', 'renderReport'];
  writeFileSync('dist/index.mjs', `import api from './index.js';\nexport const { ${names.join(', ')} } = api;\n`);
  chmodSync('dist/cli.js', 0o755);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
