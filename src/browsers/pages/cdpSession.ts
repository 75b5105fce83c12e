/**
 * A Chrome DevTools Protocol session on one target, as Playwright's `CDPSession` and Puppeteer's are (their parameter types are
 * narrower: hand them over `as unknown as CdpSession`).
 */
export interface CdpSession {
  send(method: string, params?: Record<string, unknown>): Promise<unknown>;
  on(event: string, handler: (params: unknown) => void): unknown;
  off(event: string, handler: (params: unknown) => void): unknown;
}
