import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  testIgnore: 'unchanged/**',
  workers: 2,
  fullyParallel: true,
  retries: 0,
  outputDir: process.env['SUITE_OUTPUT']!,
  reporter: [['json', { outputFile: process.env['SUITE_REPORT']! }], ['leakwright/playwright-reporter']],
  use: {
    headless: true,
    launchOptions: {
      executablePath: process.env['SUITE_BROWSER']!,
      args: process.env['SUITE_NO_SANDBOX'] ? ['--no-sandbox'] : [],
    },
  },
});
