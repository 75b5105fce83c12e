import { visibleGrowth } from '../../browsers/index.ts';
import type { RendererPart } from '../../sessions/index.ts';
import { formatBytes, plainText } from '../../support/index.ts';
import { t } from '../translate.ts';
import type { RowLook, ShownRenderer } from './row.ts';
import type { SteadyNumbers } from './steadyNumbers.ts';

const NAME_LENGTH = 60;
/** More than this of a long list is no tooltip any more. */
const MAX_FACTS = 8;

interface Holds {
  readonly text: string;
  readonly spoken: string;
}

/** What the pages of a renderer hold, as far as it does not change with every sample; empty where it is not known. */
export function holdsOf(key: string, { least }: ShownRenderer, steady: SteadyNumbers): Holds {
  if (!least) return { text: '', spoken: '' };
  const heap = formatBytes(steady.bytes(`${key} heap`, least.jsHeapBytes)).replace('.0 MB', ' MB');
  const nodes = steady.count(`${key} nodes`, least.nodes);
  const listeners = steady.count(`${key} listeners`, least.listeners);
  return {
    text: t('JS {0} · {1} nodes · {2} listeners', heap, shortCount(nodes), shortCount(listeners)),
    spoken: t('JavaScript heap {0}, {1} DOM nodes, {2} listeners', heap, nodes, listeners),
  };
}

/** `950`, `1.2k`, `34k`, `1.2M`. */
function shortCount(n: number): string {
  if (n < 1000) return String(n);
  const [value, unit] = n < 999_500 ? [n / 1000, 'k'] : [n / 1_000_000, 'M'];
  return `${value < 9.95 ? value.toFixed(1).replace('.0', '') : Math.round(value)}${unit}`;
}

/** One of several things in a renderer. */
export function lookOfPart(part: RendererPart): RowLook {
  const label = plainText(partLabel(part), NAME_LENGTH);
  const description = part.kind === 'page' && part.title ? plainText(withoutScheme(part.url), NAME_LENGTH) : '';
  return {
    label,
    description,
    icon: { page: 'file', iframe: 'window', worker: 'gear', 'shared-worker': 'gear', 'service-worker': 'radio-tower' }[
      part.kind
    ],
    context: part.kind === 'page' ? 'part page' : 'part',
    spoken: [label, description].filter(Boolean).join(', '),
  };
}

/** `Page · Checkout - Shop`, `Iframe · pay.example/form`. */
export function partLabel({ kind, url, title }: RendererPart): string {
  const what = withoutScheme(url);
  switch (kind) {
    case 'page':
      return t('Page · {0}', title || what);
    case 'iframe':
      return t('Iframe · {0}', what);
    case 'worker':
      return t('Worker · {0}', what);
    case 'shared-worker':
      return t('Shared worker · {0}', what);
    case 'service-worker':
      return t('Service worker · {0}', what);
  }
}

function withoutScheme(url: string): string {
  return url.replace(/^(?:https?|file):\/\//, '').replace(/\/$/, '');
}

/** Lines of the tooltip of a renderer whose contents are known. */
export function rendererFacts({ parts, metrics, least, heapTrend }: ShownRenderer): string[] {
  const facts: string[] = [];
  for (const part of parts.slice(0, MAX_FACTS)) {
    facts.push(partLabel(part));
    if (part.kind === 'page' && part.title) facts.push(part.url);
  }
  if (parts.length > MAX_FACTS) facts.push(t('… and {0} more', parts.length - MAX_FACTS));
  if (!metrics || !least) return facts;
  facts.push(
    t(
      'JS heap: {0} of {1}; at least {2} in the last half minute',
      formatBytes(metrics.jsHeapUsedBytes),
      formatBytes(metrics.jsHeapTotalBytes),
      formatBytes(least.jsHeapBytes),
    ),
  );
  const growth = visibleGrowth(heapTrend);
  if (growth !== undefined && heapTrend)
    facts.push(t('JS heap grows by {0} MB a minute (r = {1})', growth, heapTrend.correlation.toFixed(2)));
  facts.push(
    t(
      'DOM nodes: {0}, listeners: {1}, documents: {2}, frames: {3}, workers: {4}',
      metrics.nodes,
      metrics.listeners,
      metrics.documents,
      metrics.frames,
      metrics.workers,
    ),
  );
  if (parts.filter(({ kind }) => kind === 'page').length > 1)
    facts.push(t('These pages share one heap and one count.'));
  return facts;
}
