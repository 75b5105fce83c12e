import { mkdir, readdir, unlink, writeFile } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { LeakwrightError, abortable, defined, plainText, pictureFolder } from '../../support/index.ts';

/** What a step that failed came to, for a person who was not there. */
export interface FailedStep {
  /** Which call failed, where; undefined for an error that is no call of Playwright and says itself what is wrong. */
  readonly message?: string;
  readonly hint?: string;
  /** The file of a picture of the page as it was. */
  readonly screenshot?: string;
}

/** Milliseconds for each look at the page: it may hang, which is why the step failed. */
const LOOK_MS = 3000;
/** Pictures kept, of all checks: the oldest go first. */
const MAX_PICTURES = 20;
/** The most elements that are named as possible targets of the click. */
const MAX_ELEMENTS = 8;

/**
 * Looks at the page on which a step of the scenario failed: a picture of it, and for a call of Playwright which call, on which
 * page, what was there instead. Undefined where no step of the scenario failed, and where the page is gone.
 *
 * @param opened the address that the check opened: the page may have gone on to another
 */
export async function lookAtFailedStep(page: Page, error: unknown, opened: string): Promise<FailedStep | undefined> {
  if (!(error instanceof Error) || page.isClosed()) return undefined;
  const failed = error instanceof LeakwrightError ? error.cause : error;
  const call = failed instanceof Error ? parseCall(failed.message) : undefined;
  if (call === undefined) {
    const isStep = error instanceof LeakwrightError && error.code === 'leaks.scenarioFailed';
    return isStep ? defined({ screenshot: await within(keepPicture(page)) }) : undefined;
  }
  // Before the page is loaded there is nothing to look at, and the error says so.
  if (page.url() === 'about:blank') return undefined;
  const step = failed === error ? '' : (/^.*? failed: /.exec(error.message)?.[0] ?? '');
  const title = (await within(page.title())) ?? '';
  const there = (await within(page.evaluate(describeElements, MAX_ELEMENTS))) ?? [];
  const screenshot = await within(keepPicture(page));
  const at = page.url();
  const went = sameAddress(at, opened) ? '' : `, where ${opened} led`;
  return {
    message: plainText(`${step}${call} It was on ${at}${title === '' ? '' : ` ("${title}")`}${went}.`, 1000),
    hint:
      there.length === 0
        ? 'Nothing on that page could be clicked or filled in.'
        : `What could be clicked or filled in there: ${there.map((one) => plainText(one, 80)).join(', ')}.`,
    ...defined({ screenshot }),
  };
}

/**
 * A sentence made of the message of a Playwright call: `page.click on '#open' found no such element within 10 s.` Playwright
 * colours its log of the call, which would be noise in a report.
 */
export function parseCall(message: string): string | undefined {
  const [first = '', ...log] = stripVTControlCharacters(message).split('\n');
  const name = /^(?<name>\w+\.\w+): (?<problem>.*)$/.exec(first)?.groups;
  if (!name) return undefined;
  const lines = log.map((line) => line.trim().replace(/^- /, ''));
  const selector = lines.map((line) => /^waiting for (.+?)(?: to be visible)?$/.exec(line)?.[1]).find(Boolean);
  const on = selector === undefined ? '' : ` on ${selector.replace(/^locator\((.*)\)$/, '$1')}`;
  const limit = /^Timeout (\d+)ms exceeded/.exec(name['problem']!)?.[1];
  if (limit === undefined) return `${name['name']}${on} failed: ${sentence(name['problem']!)}`;
  const seconds = `${Number(limit) / 1000} s`;
  const resolved = lines.some((line) => line.startsWith('locator resolved to'));
  if (!resolved) return `${name['name']}${on} found no such element within ${seconds}.`;
  const obstacle = lines.findLast((line) =>
    /intercepts pointer events|^element (?:is|was) |outside of the viewport/.test(line),
  );
  return `${name['name']}${on} did not succeed within ${seconds}: ${sentence(obstacle ?? 'the element is there, and did not become ready')}`;
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

function sameAddress(a: string, b: string): boolean {
  return a.replace(/[#?].*$/, '').replace(/\/$/, '') === b.replace(/[#?].*$/, '').replace(/\/$/, '');
}

async function within<T>(looked: Promise<T>): Promise<T | undefined> {
  return await abortable(looked, AbortSignal.timeout(LOOK_MS)).catch(() => undefined);
}

async function keepPicture(page: Page): Promise<string> {
  const picture = await page.screenshot({ timeout: LOOK_MS });
  const folder = pictureFolder();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const older = (await readdir(folder)).filter((name) => name.endsWith('.png')).sort();
  for (const name of older.slice(0, Math.max(0, older.length - MAX_PICTURES + 1)))
    await unlink(join(folder, name)).catch(() => undefined);
  const file = join(folder, `${new Date().toISOString().replaceAll(':', '-')}-${process.pid}.png`);
  await writeFile(file, picture, { mode: 0o600 });
  return file;
}

/** Runs in the page. No values of fields: they may be secrets. */
function describeElements(limit: number): string[] {
  const found: string[] = [];
  for (const element of document.querySelectorAll(
    'button, a[href], input, select, textarea, summary, [role="button"]',
  )) {
    if (found.length >= limit) break;
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    const text = (element.getAttribute('aria-label') ?? element.textContent ?? '').replaceAll(/\s+/g, ' ').trim();
    const name = `${element.localName}${element.id ? `#${element.id}` : ''}`;
    found.push(text === '' ? name : `${name} "${text.slice(0, 40)}"`);
  }
  return found;
}
