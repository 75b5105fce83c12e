/** Preloaded into the processes of a Playwright run by `leakwright check --playwright`. */
import { hookSpecs } from './playwrightTest/index.ts';

hookSpecs();
