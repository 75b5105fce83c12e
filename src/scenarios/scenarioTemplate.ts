import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plainText } from '../support/index.ts';

export interface ScenarioTemplate {
  readonly url: string;
  /** Absolute: where the scenario will lie. The page of a file is named relative to it, so that others have it, too. */
  readonly folder?: string;
  /** Playwright selectors to click, in order; none: the user writes the steps. */
  readonly clicks: readonly string[];
  /** Statements instead of clicks, as a recorder writes them, without indentation. */
  readonly statements?: readonly string[];
  readonly typescript: boolean;
  /** The package that has Playwright's types; undefined where none is installed. */
  readonly typesFrom: 'playwright' | '@playwright/test' | undefined;
}

/** The text of a scenario file that runs as it is. */
export function renderScenario(template: ScenarioTemplate): string {
  const { url, folder, clicks, typescript, typesFrom } = template;
  const address =
    folder !== undefined && url.startsWith('file:')
      ? `new URL(${quote(relative(folder, fileURLToPath(url)).replaceAll('\\', '/'))}, import.meta.url).href`
      : quote(url);
  const isTyped = typescript && typesFrom !== undefined;
  const head = isTyped ? `import type { Page } from '${typesFrom}';\n\n` : '';
  const note = typesFrom === undefined ? 'playwright' : typesFrom;
  const jsdoc = isTyped ? '' : `  /** @param {import('${note}').Page} page */\n`;
  // Without the types a parameter has none, which a strict compiler refuses.
  const parameter = isTyped ? 'page: Page' : typescript ? 'page: any' : 'page';
  const steps = template.statements?.length
    ? template.statements
    : clicks.map((selector) => `await page.click(${quote(selector)});`);
  const body = steps.length > 0 ? steps : [`await page.click('#open');`, `await page.click('#close');`];
  const before = `${head}/** What a user does once and undoes: Leakwright repeats the iteration and finds what it leaves behind. */
export default {
  url: ${address},

${jsdoc}  async iteration(${parameter}) {
    // It must end where it began.
`;
  return `${before}${body.map((step) => `    ${step}\n`).join('')}  },
};
`;
}

/** The package of a project that has Playwright's types. */
export function playwrightTypes(folder: string): ScenarioTemplate['typesFrom'] {
  return (['playwright', '@playwright/test'] as const).find((name) =>
    existsSync(join(folder, 'node_modules', name, 'package.json')),
  );
}

/** A file name made of the checked address: `checkout` of `http://localhost:3000/shop/checkout?x=1`. */
export function scenarioFileName(url: string, clicks: readonly string[]): string {
  const { pathname, hostname } = new URL(url);
  const words = [pathname.split('/').findLast(Boolean), clicks[0], hostname].map((word) =>
    (word ?? '')
      .replace(/\.\w{2,5}$/, '')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, ''),
  );
  return words.find((word) => word !== '')?.slice(0, 40) ?? 'page';
}

function quote(text: string): string {
  const escaped = plainText(text, 2000)
    .replaceAll('\\', '\\\\')
    .replaceAll("'", String.raw`\'`);
  return `'${escaped}'`;
}
