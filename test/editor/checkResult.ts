import type { CheckResult } from '../../src/leaks/index.ts';

const site = { file: 'src/detailsPanel.ts', line: 5, column: 3, function: 'DetailsPanel' };
/** A result of a check of a page, with that many critical findings in `src/detailsPanel.ts`. */
export const checkResult = (
  verdict: CheckResult['verdict'],
  findings: number,
  more: Partial<CheckResult> = {},
): CheckResult => ({
  name: 'http://127.0.0.1:1/',
  url: 'http://127.0.0.1:1/',
  browser: { name: 'Chromium', version: '1' },
  mode: 'iterations',
  verdict,
  severity: findings > 0 ? 'critical' : 'none',
  startedAt: new Date(0).toISOString(),
  durationMs: 1,
  warmup: 3,
  iterations: 7,
  growth: {},
  samples: [],
  findings: Array.from({ length: findings }, () => ({
    kind: 'object',
    name: 'Panel',
    perIteration: 1,
    bytesPerIteration: 2 ** 21,
    survivors: [1],
    severity: 'critical',
    allocatedAt: { ...site, precision: 'line', stack: [site] },
    retainedBy: [],
    retainedBytes: 0,
    fingerprint: 'f',
  })),
  bounded: [],
  memoryTrend: { slopeMbPerSecond: 0, correlation: 0, leakSeverity: 'none' },
  memoryStats: { initialMb: 0, finalMb: 0, peakMb: 0, averageMb: 0 },
  cleanup: {
    processes: { orphaned: [] },
    files: { remaining: [] },
    fileDescriptors: { before: 0, after: 0 },
    successful: true,
    issues: [],
  },
  warnings: [],
  recommendations: [],
  ...more,
});
