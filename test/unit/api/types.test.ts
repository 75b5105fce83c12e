import assert from 'node:assert/strict';
import type * as declared from 'leakwright';
import * as actual from '../../../src/index.ts';

/** Compiles only where A can stand for B and B for A. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;

// The declarations are written for readers. Where they differ from the code, a user's program compiles and fails.
describe('The declarations of the program API', () => {
  it('say what the code takes and gives', () => {
    const api: Omit<typeof declared, 'LeakwrightError' | 'default'> = actual;
    const same: [
      Same<declared.Report, actual.Report>,
      Same<declared.CheckResult, actual.CheckResult>,
      Same<declared.LeakEvent, actual.LeakEvent>,
      Same<declared.IgnoreRule, actual.IgnoreRule>,
      Same<declared.ScenarioInput, actual.ScenarioInput>,
      Same<declared.CheckLeaksOptions, actual.CheckLeaksOptions>,
      Same<declared.LeakwrightConfig, actual.LeakwrightConfig>,
      Same<declared.SnapshotReport, actual.SnapshotReport>,
      Same<declared.AnalyzeSnapshotsOptions, actual.AnalyzeSnapshotsOptions>,
      Same<keyof declared.CheckResult, keyof actual.CheckResult>,
      Same<keyof declared.Finding, keyof actual.Finding>,
      Same<keyof declared.CheckLeaksOptions, keyof actual.CheckLeaksOptions>,
      Same<keyof declared.LeakwrightConfig, keyof actual.LeakwrightConfig>,
      Same<keyof declared.ScenarioInput, keyof actual.ScenarioInput>,
    ] = [true, true, true, true, true, true, true, true, true, true, true, true, true, true];
    assert.ok(same.every(Boolean));
    assert.deepEqual(Object.keys(api).sort(), [
      'LeakwrightError',
      'analyzeSnapshots',
      'checkLeaks',
      'defineConfig',
      'defineScenario',
      'renderReport',
    ]);
  });
});
