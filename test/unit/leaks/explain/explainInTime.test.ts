import assert from 'node:assert/strict';
import { explainInTime, keepTimeForLines } from '../../../../src/leaks/explain/explainInTime.ts';
import type { ExplainOptions } from '../../../../src/leaks/explain/explain.ts';
import { decide } from '../../../../src/leaks/judge/decide.ts';
import { defaultThresholds } from '../../../../src/scenarios/index.ts';
import { LeakwrightError, silentLog } from '../../../../src/support/index.ts';
import { loadRecording } from '../../../support/replay.ts';

describe('the time for lines', () => {
  /** What ended the measuring of a check with 50 ms left before that time, within 200 ms. */
  async function endedBy(name: string, observations = Infinity): Promise<unknown> {
    const { evidence } = await loadRecording(name);
    const seen = { ...evidence, observations: evidence.observations.slice(0, observations) };
    let reason: unknown;
    const time = { limitMs: 1000, leftMs: 200 };
    const stop = keepTimeForLines(
      time,
      () => seen,
      (error) => (reason = error),
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    stop();
    return reason;
  }

  it('is kept of a check whose leak is certain', async () => {
    const reason = await endedBy('leak-among-caches');
    assert.ok(reason instanceof LeakwrightError && reason.code === 'timeout');
  });

  it('is not kept where nothing is certain: no leak was seen, or not yet', async () => {
    assert.equal(await endedBy('clean-lru-cache'), undefined);
    assert.equal(await endedBy('leak-among-caches', 5), undefined);
  });

  // A page that works for a second in each iteration: the time was over before anyone saw which line fills the map.
  it('is spent on who fills a collection too, where that was not seen before the time was over', async () => {
    const { evidence } = await loadRecording('leak-map');
    const seen: [heap: number, names: string[]][] = [];
    const steps: string[] = [];
    const guard = {
      goOn: (ms: number) => {
        steps.push(`on for ${ms} ms`);
        return () => steps.push('ended');
      },
    };
    const measurements = {
      evidence,
      seeKeeping: (heap: number, leaks: readonly { readonly name: string }[]) => {
        seen.push([heap, leaks.map(({ name }) => name)]);
        return Promise.reject(new Error('the page is at work'));
      },
      studyOf: () => {
        throw new Error('no page');
      },
    };
    const options = {
      subject: { guard },
      measurements,
      decision: decide(evidence),
      workspaceFolder: '',
      thresholds: defaultThresholds,
      ignore: [],
      log: silentLog,
    } as unknown as ExplainOptions;
    const findings = await explainInTime(options, [], { isOver: true, leftMs: 8000 });
    assert.ok(findings.length > 0, 'as the judge has them');
    assert.deepEqual(seen, [[0, options.decision.leaks.map(({ leak }) => leak.name)]]);
    assert.deepEqual(steps, ['on for 4000 ms', 'ended', 'on for 4000 ms', 'ended']);
    await explainInTime(options, [], { isOver: false, leftMs: 8000 });
    assert.equal(seen.length, 1);
  });
});
