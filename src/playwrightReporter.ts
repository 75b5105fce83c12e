/** `reporter: [['leakwright/playwright-reporter']]`: what a Playwright Test run leaves behind, by test. */
export { LeftBehindReporter as default } from './playwrightTest/index.ts';
