import assert from 'node:assert/strict';
import { ALERT_AGES, LeftoverWatch, type MachineView, MachineWatch } from '../../../src/machine/index.ts';
import { OWNERS_EVERY_MS } from '../../../src/machine/ages.ts';
import { silentLog } from '../../../src/support/index.ts';
import { SETTING_DEFAULTS } from '../../../src/editor/contributions.ts';
import { FakeClock } from '../browsers/support/fakeClock.ts';
import { FakeMachine } from '../browsers/support/fakeMachine.ts';

describe('the watch of the machine', () => {
  let clock: FakeClock;
  let machine: FakeMachine;
  let watch: MachineWatch;
  let views: MachineView[];
  let failures: string[];
  beforeEach(() => {
    clock = new FakeClock();
    machine = new FakeMachine(clock);
    machine.browser();
    views = [];
    failures = [];
    watch = new MachineWatch({ reader: machine, clock, log: { ...silentLog, error: (text) => failures.push(text) } });
    watch.onView((view) => views.push(view));
  });
  afterEach(() => watch.dispose());

  it('samples as often as the reader with the shortest interval needs, and not at all without one', async () => {
    await clock.advance(5000);
    assert.equal(machine.reads.length, 0);
    watch.setInterval('alerts', 10_000);
    watch.setInterval('view', 2000);
    await clock.advance(10_100);
    assert.equal(machine.reads.length, 6);
    watch.setInterval('view', undefined);
    await clock.advance(20_000);
    assert.equal(machine.reads.length, 8);
    watch.setInterval('alerts', undefined);
    await clock.advance(60_000);
    assert.equal(machine.reads.length, 8);
  });

  it('says whose each tree is, anew after a clean-up, and shows it to each reader though one fails', async () => {
    watch.onView(() => {
      throw new Error('broken view');
    });
    const [tree] = (await watch.refresh()).trees;
    assert.equal(tree!.sample.key, '100@100');
    assert.ok(tree!.owned?.status);
    const decided = tree!.owned;
    watch.setInterval('view', 1000);
    await clock.advance(OWNERS_EVERY_MS - 1000);
    await watch.dispose();
    assert.ok(views.length > 3);
    assert.equal(views.at(-1)!.trees[0]!.owned, decided, 'one decision serves for eight seconds');
    assert.match(failures[0]!, /broken view/);
  });

  it('gives a new view, with its owners, to whoever refreshes while it is paused', async () => {
    watch.setPaused(true);
    const before = (await watch.refresh()).trees[0]!.owned;
    machine.browser(200);
    const { trees } = await watch.refresh();
    assert.deepEqual(
      trees.map(({ sample }) => sample.key),
      ['100@100', '200@200'],
    );
    assert.notEqual(trees[0]!.owned, before);
    assert.ok(trees.every(({ owned }) => owned !== undefined));
  });
});

describe('the watch of leftover files', () => {
  it('looks every 30 seconds while it is visible, sooner when that is planned, and not while nobody sees it', async () => {
    const clock = new FakeClock();
    let looks = 0;
    const watch = new LeftoverWatch({
      survey: () => Promise.resolve((looks += 1) > 0 ? [] : []),
      clock,
      log: silentLog,
    });
    await clock.advance(60_000);
    assert.equal(looks, 0);
    watch.look(500);
    watch.look(5000);
    await clock.advance(6000);
    assert.equal(looks, 1, 'the sooner of two plans holds');
    watch.setVisible(true);
    await clock.advance(90_000);
    assert.equal(looks, 4);
    watch.dispose();
    await clock.advance(90_000);
    assert.equal(looks, 4);
  });

  it('spends at most a fiftieth of the time on looking', async () => {
    const clock = new FakeClock();
    let looks = 0;
    const survey = () => {
      looks += 1;
      clock.spend(6000);
      return Promise.resolve([]);
    };
    const watch = new LeftoverWatch({ survey, clock, log: silentLog });
    watch.setVisible(true);
    await clock.advance(10_000);
    await clock.advance(250_000);
    assert.equal(looks, 1);
    await clock.advance(60_000);
    assert.equal(looks, 2);
    watch.dispose();
  });
});

describe('the ages of alerts', () => {
  it('are the same in the editor and in the monitor', () => {
    assert.equal(SETTING_DEFAULTS.processLeakAlertAfter * 1000, ALERT_AGES.orphanMs);
    assert.equal(SETTING_DEFAULTS.fileLeakAlertAfter * 1000, ALERT_AGES.leftoverMs);
  });
});
