import * as z from 'zod/mini';
import { FINDING_KINDS } from '../scenarios/index.ts';

/**
 * The JSON report as a schema, for programs in other languages: `schema/report.json` is made from it. Objects are
 * open, since later versions of schema 1 add fields.
 */

const severity = z.enum(['none', 'minor', 'moderate', 'critical']);
const texts = z.array(z.string());
const numbers = z.record(z.string(), z.number());
const frame = { file: z.string(), line: z.int(), column: z.int(), function: z.string() };
const site = z.looseObject({
  ...frame,
  precision: z.enum(['line', 'function']),
  stack: z.array(z.looseObject(frame)),
  role: z.optional(z.string()),
  excerpt: z.optional(z.string()),
  calls: z.optional(z.string()),
});
const because = z.looseObject({
  rule: z.string(),
  reason: z.string(),
  numbers: z.record(z.string(), z.union([z.number(), z.string(), z.array(z.number()), texts])),
});

const finding = z.looseObject({
  kind: z.enum(FINDING_KINDS),
  name: z.string(),
  perIteration: z.number(),
  bytesPerIteration: z.number(),
  survivors: z.array(z.number()),
  severity: z.enum(['minor', 'moderate', 'critical']),
  allocatedAt: z.optional(site),
  keptAt: z.optional(site),
  holder: z.optional(z.string()),
  retainedBy: texts,
  retainedBytes: z.number(),
  fingerprint: z.string(),
  because: z.optional(because),
  parts: z.optional(z.array(z.looseObject({ name: z.string(), perIteration: z.number() }))),
  component: z.optional(z.string()),
  advice: z.optional(z.string()),
  library: z.optional(
    z.looseObject({
      name: z.string(),
      version: z.optional(z.string()),
      made: z.optional(z.looseObject(frame)),
      kept: z.optional(z.looseObject(frame)),
      likelyAtFault: z.boolean(),
    }),
  ),
  ignored: z.optional(z.string()),
});

const check = z.looseObject({
  name: z.string(),
  file: z.optional(z.string()),
  url: z.string(),
  steps: z.optional(texts),
  browser: z.looseObject({ name: z.string(), version: z.string() }),
  mode: z.enum(['iterations', 'duration']),
  verdict: z.enum(['leak', 'clean', 'inconclusive', 'error']),
  severity,
  error: z.optional(
    z.looseObject({
      code: z.string(),
      message: z.string(),
      hint: z.optional(z.string()),
      at: z.optional(z.looseObject(frame)),
      screenshot: z.optional(z.string()),
    }),
  ),
  because: z.optional(because),
  startedAt: z.string(),
  durationMs: z.number(),
  warmup: z.int(),
  iterations: z.int(),
  escalatedTo: z.optional(z.int()),
  settledLate: z.optional(z.int()),
  skippedMs: z.optional(z.int()),
  growth: numbers,
  samples: z.array(z.catchall(z.object({ iteration: z.int(), atMs: z.number() }), z.number())),
  findings: z.array(finding),
  bounded: z.array(
    z.looseObject({
      name: z.string(),
      reason: z.string(),
      because: z.optional(because),
      survivors: z.optional(z.array(z.number())),
      holder: z.optional(z.string()),
    }),
  ),
  memoryTrend: z.looseObject({ slopeMbPerSecond: z.number(), correlation: z.number(), leakSeverity: severity }),
  memoryStats: z.looseObject({
    initialMb: z.number(),
    finalMb: z.number(),
    peakMb: z.number(),
    averageMb: z.number(),
  }),
  cleanup: z.looseObject({
    processes: z.looseObject({ orphaned: z.array(z.looseObject({ pid: z.int(), name: z.string() })) }),
    files: z.looseObject({ remaining: texts }),
    fileDescriptors: z.looseObject({ before: z.number(), after: z.number() }),
    successful: z.boolean(),
    issues: texts,
  }),
  warnings: texts,
  recommendations: texts,
});

export const reportSchema = z.looseObject({
  schema: z.literal(1),
  tool: z.looseObject({ name: z.literal('leakwright'), version: z.string() }),
  startedAt: z.string(),
  durationMs: z.number(),
  exitCode: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]),
  failOn: z.optional(z.enum(['minor', 'moderate', 'critical'])),
  shard: z.optional(z.looseObject({ index: z.int(), total: z.int() })),
  checks: z.array(check),
});
