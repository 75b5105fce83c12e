import type { Page } from 'playwright';
import type { UseOptions } from '../../scenarios/index.ts';
import type { SourceTextsOptions } from '../explain/sources/index.ts';

/** How the scripts and source maps of a page may be read: as the page itself would ask for them. */
export function pageSourceAccess(page: Page, use: UseOptions): Pick<SourceTextsOptions, 'pageUrl' | 'asPage'> {
  return {
    pageUrl: page.url(),
    asPage: {
      headersFor: (url) => headersOf(page, use, url),
      acceptAnyCertificate: use['ignoreHTTPSErrors'] === true,
    },
  };
}

/** Cookies as the browser would send them; what a configuration adds goes to the site of the page only. */
async function headersOf(page: Page, use: UseOptions, url: string): Promise<Record<string, string>> {
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
