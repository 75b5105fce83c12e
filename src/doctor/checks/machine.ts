import { needsNoSandbox } from '../../browsers/index.ts';
import { createProcessReader, identityOf } from '../../processes/index.ts';
import { LEAST_NODE, isNodeRecentEnough, count } from '../../support/index.ts';
import type { DoctorCheck } from '../model.ts';

/** The Node that runs sessions and checks: in the editor the editor's own. */
export const nodeCheck: DoctorCheck = {
  id: 'node',
  title: 'Node',
  look() {
    const fact = `${process.versions.node} (${process.execPath})`;
    return Promise.resolve(
      isNodeRecentEnough()
        ? { state: 'ok', fact }
        : { state: 'problem', fact, advice: `Install Node ${LEAST_NODE.join('.')} or later, or update the editor.` },
    );
  },
};

/** Whether the processes of this machine, their parents and what each costs can be read. */
export const processesCheck: DoctorCheck = {
  id: 'processes',
  title: 'Processes',
  async look() {
    const reader = createProcessReader();
    const table = await reader.readTable();
    const own = table.processes.get(process.pid);
    if (!own) {
      return {
        state: 'problem',
        fact: `${count(table.processes.size, 'process', 'processes')} can be read, and this one is not among them.`,
        advice: 'A container that hides processes (hidepid) hides browsers as well: mount /proc without it.',
      };
    }
    const parent = own.ppid > 1 && !table.processes.has(own.ppid);
    const memory = await reader.readMemory(identityOf(own));
    const fact = `${count(table.processes.size, 'process', 'processes')} can be read`;
    if (parent) {
      return {
        state: 'note',
        fact: `${fact}, but not the parent of this one: the owners of browsers are not always known.`,
        advice: 'Processes of other users are hidden here (hidepid), or this runs in a container of its own.',
      };
    }
    if (!memory?.exact) {
      return {
        state: process.platform === 'linux' ? 'note' : 'ok',
        fact: `${fact}; memory is the resident size, which counts shared pages more than once.`,
      };
    }
    return { state: 'ok', fact: `${fact}, and what memory each has to itself.` };
  },
};

/** Whether browsers can have windows at all: on Linux that takes a display. */
export const displayCheck: DoctorCheck = {
  id: 'display',
  title: 'Windows',
  look() {
    if (process.platform !== 'linux') return Promise.resolve(undefined);
    const display = process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'];
    return Promise.resolve({
      state: 'ok',
      fact: display
        ? `Browsers can show windows on display ${display}.`
        : 'There is no display, so browsers run without windows. Checks never need one.',
    });
  },
};

/**
 * Whether Chromium runs in its sandbox, which protects the machine from pages. Where the system forbids it the launch fails.
 */
export const sandboxCheck: DoctorCheck = {
  id: 'sandbox',
  title: 'Sandbox',
  look({ source }) {
    if ((source.family ?? 'chromium') !== 'chromium') return Promise.resolve(undefined);
    if (needsNoSandbox('chromium')) {
      return Promise.resolve({
        state: 'note',
        fact: 'Chromium runs without its sandbox, since it has none for the root user.',
        advice: 'Open only pages you trust, as your own development server, or work as another user.',
      });
    }
    if (source.noSandbox) {
      return Promise.resolve({ state: 'note', fact: 'Chromium runs without its sandbox, as an option asks.' });
    }
    return Promise.resolve({ state: 'ok', fact: 'Chromium runs in its sandbox.' });
  },
};
