import type { Log } from '../../support/index.ts';
import type { PageUnderTest } from '../drive/pageUnderTest.ts';
import type { PageSources } from '../measure/pageSources.ts';
import { SourceDesk } from './sources/index.ts';

/** Opens the desk that answers about lines and names of a page. Maps are asked for as the page would ask for them. */
export function openSourceDesk(
  subject: PageUnderTest,
  sources: PageSources,
  options: { readonly workspaceFolder: string; readonly log?: Log },
): SourceDesk {
  const { page, use } = subject;
  return new SourceDesk({
    ...options,
    pageUrl: page.url(),
    inBrowser: sources.textOf,
    asPage: { headersFor: (url) => headersOf(subject, url), acceptAnyCertificate: use['ignoreHTTPSErrors'] === true },
    signal: subject.guard.signal,
  });
}

/** Cookies as the browser would send them; what a configuration adds goes to the site of the page only. */
async function headersOf({ page, use }: PageUnderTest, url: string): Promise<Record<string, string>> {
  const headers: Record<string, string> = {};
  if (new URL(url).origin === originOf(page.url())) {
    for (const [name, value] of Object.entries((use['extraHTTPHeaders'] ?? {}) as Record<string, string>)) {
      headers[name.toLowerCase()] = value;
    }
    const credentials = use['httpCredentials'] as { username?: string; password?: string } | undefined;
    if (credentials?.username !== undefined && headers['authorization'] === undefined) {
      const pair = `${credentials.username}:${credentials.password ?? ''}`;
      headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
    }
  }
  const cookies = await page.context().cookies(url);
  if (cookies.length > 0) headers['cookie'] = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  return headers;
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}
