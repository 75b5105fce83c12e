import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: './unchanged',
  workers: 4,
  fullyParallel: true,
  retries: 0,
  outputDir: process.env['SUITE_OUTPUT']!,
  reporter: [['json', { outputFile: process.env['SUITE_REPORT']! }]],
  use: {
    headless: true,
    launchOptions: {
      executablePath: process.env['SUITE_BROWSER']!,
      args: process.env['SUITE_NO_SANDBOX'] ? ['--no-sandbox'] : [],
    },
  },
});
