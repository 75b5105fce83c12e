/**
 * What a page's renderer counts. Chromium counts by process: pages and same-process iframes that share a renderer
 * have one JavaScript heap and one set of counters, and all report the same figures.
 */
export interface PageMetrics {
  readonly jsHeapUsedBytes: number;
  readonly jsHeapTotalBytes: number;
  readonly nodes: number;
  readonly listeners: number;
  readonly documents: number;
  readonly frames: number;
  readonly workers: number;
}

/**
 * Reads the counters without a garbage collection: they include garbage, so they are for watching, not for deciding on leaks.
 * Turns the session's Performance domain on and leaves it on.
 *
 * @throws what the session throws, when the page is gone
 */
export async function readPageMetrics(session: CdpSession): Promise<PageMetrics> {
  await session.send('Performance.enable');
  const { metrics } = (await session.send('Performance.getMetrics')) as {
    metrics: readonly { readonly name: string; readonly value: number }[];
  };
  const value = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0;
  return {
    jsHeapUsedBytes: value('JSHeapUsedSize'),
    jsHeapTotalBytes: value('JSHeapTotalSize'),
    nodes: value('Nodes'),
    listeners: value('JSEventListeners'),
    documents: value('Documents'),
    frames: value('Frames'),
    workers: value('WorkerGlobalScopes'),
  };
}

/**
 * A Chrome DevTools Protocol session on one target, as Playwright's `CDPSession` and Puppeteer's are (their parameter types are
 * narrower: hand them over `as unknown as CdpSession`).
 */
export interface CdpSession {
  send(method: string, params?: Record<string, unknown>): Promise<unknown>;
  on(event: string, handler: (params: unknown) => void): unknown;
  off(event: string, handler: (params: unknown) => void): unknown;
}
