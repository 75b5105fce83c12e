import { createProcessReader, identityOf } from '../../processes/index.ts';
import { count } from '../../support/index.ts';
import type { DoctorCheck } from '../model.ts';

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
        fact: `${fact}, but not who started this one: owners of browsers cannot always be told.`,
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
