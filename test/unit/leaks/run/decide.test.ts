import assert from 'node:assert/strict';
import type { DrivenSeen, Evidence, Observation } from '../../../../src/leaks/evidence.ts';
import { decide } from '../../../../src/leaks/judge/decide.ts';
import type { GroupReport } from '../../../../src/leaks/snapshot/messages.ts';
import { plan } from '../../../../src/leaks/judge/plan.ts';
import { MADE_PAGES, makeEvidence } from '../../../support/madeEvidence.ts';

function evidenceOf(name: string): Evidence {
  return makeEvidence(MADE_PAGES.find((page) => page.name === name)!);
}

/** The evidence up to the observation of a kind that comes as the given one of its kind, itself included. */
function upTo(evidence: Evidence, saw: Observation['saw'], which = 1): Evidence {
  let seen = 0;
  const last = evidence.observations.findIndex((one) => one.saw === saw && (seen += 1) === which);
  assert.notEqual(last, -1, `${saw} ${which} was seen`);
  return { ...evidence, observations: evidence.observations.slice(0, last + 1) };
}

function and(evidence: Evidence, ...more: Observation[]): Evidence {
  return { ...evidence, observations: [...evidence.observations, ...more] };
}

const failure: Observation = { saw: 'failure', message: 'The page does not answer any more.', begun: 60 };

function driven(parts: Partial<DrivenSeen>): Observation {
  const nothing = { iterations: 57, overlapped: 0, skippedMs: 0, waitedFor: [], tail: [], unreached: [] };
  return { saw: 'driven', ...nothing, ...parts, begun: 60 };
}

describe('the decision', () => {
  const leak = evidenceOf('one object of each iteration');
  const flat = evidenceOf('a node that comes once');

  it('keeps what survivors proved when a later phase fails', () => {
    const broken = and(upTo(leak, 'snapshot', 2), failure);
    assert.equal(plan(broken).do, 'decide');
    assert.equal(decide(broken).verdict, 'leak');
    assert.equal(decide(broken).leaks[0]?.leak.name, 'Panel');
  });

  it('says what failed where nothing was proven yet', () => {
    const { verdict, because } = decide(and(upTo(leak, 'snapshot'), failure));
    assert.deepEqual([verdict, because.rule], ['inconclusive', 'not finished']);
    assert.match(because.reason, /does not answer/);
  });

  it('calls no leak what was not followed to the end: it may be a cache that was not full', () => {
    const observations = leak.observations.map((seen) =>
      seen.saw === 'followed' ? { ...seen, endedBy: 'time' as const, bytes: seen.bytes.slice(0, 5) } : seen,
    );
    const { verdict, because, leaks } = decide({ ...leak, observations });
    assert.deepEqual([verdict, because.rule, leaks], ['inconclusive', 'not followed to the end', []]);
  });

  it('earns clean: iterations that ran into each other, or a part that was not read, are in doubt', () => {
    assert.equal(decide(and(flat, driven({}))).verdict, 'clean');
    assert.equal(decide(and(flat, driven({ overlapped: 1 }))).verdict, 'clean', 'once, where periodic work is learnt');
    assert.equal(decide(and(flat, driven({ overlapped: 20 }))).because.rule, 'iterations overlap');
    const unreached = [{ kind: 'frame' as const, url: 'http://other/', reason: 'too many' }];
    assert.equal(decide(and(flat, driven({ unreached }))).because.rule, 'not all was read');
    assert.equal(decide(and(leak, driven({ overlapped: 20 }))).verdict, 'leak', 'what is proven stays proven');
  });

  it('asks for no further iterations where files are left open: the program would reach its limit of them', () => {
    const { observations } = evidenceOf('files that are left open');
    assert.ok(!observations.some(({ saw }) => saw === 'sprinted'), observations.map(({ saw }) => saw).join(' '));
    assert.ok(
      evidenceOf('bytes outside the heap that nothing explains').observations.some(({ saw }) => saw === 'sprinted'),
    );
  });

  it('asks for a snapshot of hundreds of iterations where one of two leaks may be bounded, not where both are of one thing', () => {
    const followed = upTo(evidenceOf('one object of each iteration, where iterations cost little'), 'sprinted', 7);
    const withSecond = (cluster: number): Evidence => ({
      ...followed,
      observations: followed.observations.map((seen) =>
        seen.saw === 'snapshot'
          ? { ...seen, analysis: { ...seen.analysis, groups: both(seen.analysis.groups, cluster) } }
          : seen,
      ),
    });
    const both = (groups: readonly GroupReport[], cluster: number): GroupReport[] =>
      groups.flatMap((group) => [
        { ...group, cluster: 0 },
        {
          ...group,
          cluster,
          key: 'Painter',
          className: 'Painter',
          holder: { ...group.holder, name: 'painters', heapObjectId: 4004 },
        },
      ]);
    assert.equal(plan(withSecond(1)).do, 'snapshot');
    assert.notEqual(plan(withSecond(0)).do, 'snapshot');
  });

  it('gives its reason with every answer, clean included', () => {
    for (const page of MADE_PAGES) {
      const { because, leaks, bounded } = decide(makeEvidence(page));
      for (const why of [
        because,
        ...leaks.map(({ leak: found }) => found.because),
        ...bounded.map((one) => one.because!),
      ])
        assert.ok(why.rule !== '' && why.reason !== '', page.name);
    }
  });
});
