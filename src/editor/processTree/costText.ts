import { type ProcessSample, type TreeSample, type Trend, visibleGrowth } from '../../browsers/index.ts';
import type { NodeProgram } from '../../machine/index.ts';
import type { ProcessInfo, ProcessMemory } from '../../processes/index.ts';
import { formatBytes, formatDuration } from '../../support/index.ts';
import { t } from '../translate.ts';
import type { SteadyNumbers } from './steadyNumbers.ts';

interface Cost {
  readonly text: string;
  readonly spoken: string;
}

/** Every browser grows while it starts and warms up: that is no growth to point at. In ms. */
const YOUNG_MS = 2 * 60_000;

/** What a browser, a process or a program costs, and how it grows. */
export function costOf(sample: TreeSample | ProcessSample | NodeProgram, steady: SteadyNumbers): Cost {
  const { key, memory, trend } = sample;
  const { startedAtMs } = startOf(sample);
  if (!memory) return { text: '', spoken: '' };
  const about = memory.exact ? '' : '≈ ';
  // Rounded to whole megabytes, so a decimal would say nothing.
  const size = formatBytes(steady.bytes(key, memory.pssBytes)).replace('.0 MB', ' MB');
  const growth = Date.now() - startedAtMs < YOUNG_MS ? undefined : visibleGrowth(trend);
  return {
    text: `${about}${size}${growth === undefined ? '' : ` ▲ ${growth} MB/min`}`,
    spoken: [
      memory.exact ? size : t('about {0}', size),
      growth === undefined ? '' : t('growing by {0} MB a minute', growth),
    ]
      .filter(Boolean)
      .join(', '),
  };
}

/** How it went in the last minutes, in numbers, where that is more than noise. */
export function trendFacts(trend: Trend | undefined): string[] {
  const growth = visibleGrowth(trend);
  return trend === undefined || growth === undefined
    ? []
    : [
        t(
          'Growing by {0} MB a minute for {1} (r = {2})',
          growth,
          formatDuration(trend.overMs),
          trend.correlation.toFixed(2),
        ),
      ];
}

function startOf(sample: TreeSample | ProcessSample | NodeProgram): ProcessInfo {
  if ('tree' in sample) return sample.tree.root;
  return 'process' in sample ? sample.process.info : sample.info;
}

/** The memory of one process, for the tooltip. */
export function memoryFact(memory: ProcessMemory): string {
  return memory.exact
    ? t(
        'Memory: {0} its share of all, {1} its own, {2} resident',
        formatBytes(memory.pssBytes),
        formatBytes(memory.ussBytes),
        formatBytes(memory.rssBytes),
      )
    : t('Memory: {0} resident; its own share cannot be read', formatBytes(memory.rssBytes));
}
