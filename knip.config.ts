import type { KnipConfig } from 'knip';

/**
 * What nobody uses: files, exports and dependencies. `npm run lint` asks twice: with the tests, and (`--production`)
 * without them, for what only tests use. A function that its own file uses may be exported for its test.
 */
const config: KnipConfig = {
  entry: [
    // The bundles of esbuild.js; it is read for the rest of them.
    'src/{cli,commandLine,extension,mcp,index,playwright,playwrightReporter}.ts!',
    'src/editor/{engine,onDemand}.ts!',
    'src/editor/{memoryView/page/memoryView,report/page/reportPanel}.ts!',
    'src/leaks/{snapshot,explain/sources,analyze}/worker.ts!',
    // Commands of this repository, which make parts of the package and of its guides.
    'test/tools/*.ts!',
    // Of `npm run manifest`: no bundle has it.
    'src/checks/manifest.ts!',
    // What tests run as processes or serve as pages, by name.
    'test/**/*.{ts,mts,cts,js,mjs,cjs,tsx,jsx,vue,svelte}',
    'types/*.ts',
  ],
  project: ['src/**/*.ts!', 'test/tools/*.ts!', 'test/**/*.{ts,js,mjs,cjs,jsx,svelte,vue}'],
  ignoreExportsUsedInFile: process.argv.includes('--production'),
  // Looked for where they are installed, or run by path.
  ignoreDependencies: ['@memlab/api', 'axe-core', 'playwright-core'],
  ignoreBinaries: ['Xvfb', 'apt-get', 'mkfifo', 'mount', 'nsenter', 'redis-server', 'setpriv', 'umount', 'unshare'],
};

export default config;
