import { afterEach, beforeEach, describe, it } from 'mocha';
import { faults } from './faults.ts';
import { Sandbox } from './sandbox.ts';

// What a user would lose if one of these failed: browsers and profiles would pile up on their machine, unseen.
describe('sessions leave nothing behind:', function () {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox();
  });
  afterEach(() => sandbox.dispose());

  for (const fault of faults) {
    it(fault.unavailable ? `${fault.name} (${fault.unavailable})` : fault.name, async function () {
      if (fault.unavailable) this.skip();
      await fault.run(sandbox);
    });
  }
});
