import type { Scenario } from '../../scenarios/index.ts';
import { type ProcessIdentity, createProcessReader, identityOf } from '../../processes/index.ts';
import { LeakwrightError } from '../../support/index.ts';
import type { LeakBrowser, OpenLeakBrowser } from '../drive/leakBrowser.ts';
import { nothingLeft } from '../explain/result.ts';
import type { CleanupVerification } from '../model.ts';
import { findAnsweringChild } from './answeringProcess.ts';
import { InspectorSession } from './inspectorSession.ts';
import { type NodeTarget, reachProgram } from './nodeTarget.ts';
import { NodeUnderTest } from './nodeUnderTest.ts';
import { openInspector } from './runningInspector.ts';

interface About {
  readonly pid: number;
  readonly version: string;
  readonly program: string;
  readonly cwd: string;
}

/** Opens a Node program as the subject of a check. One that was started ends with the check; one that ran goes on. */
export function nodeOpener(target: NodeTarget): OpenLeakBrowser {
  return async ({ signal }) => {
    const program = await reachProgram(target, signal);
    let ending: (() => Promise<readonly string[]>) | undefined;
    try {
      let session = await InspectorSession.connect(program.inspectorUrl, signal);
      let about = await readAbout(session);
      const notices: string[] = [];
      const url = target.kind === 'start' ? target.url : undefined;
      const child = url === undefined ? undefined : await findAnsweringChild(url, about.pid, session);
      if (child !== undefined) {
        session.close();
        const inspector = await openInspector(child, signal);
        ending = async () => await inspector.leave();
        session = await InspectorSession.connect(inspector.url, signal);
        about = await readAbout(session);
        notices.push(`Process ${child}, which the program started, answers at ${url}: that one was checked.`);
      }
      const browser: LeakBrowser = {
        name: 'Node',
        version: about.version,
        family: 'node',
        root: await rootOf(about.pid),
        newPage: () => Promise.reject(new LeakwrightError('leaks.unsupported', 'A Node program has no pages.')),
        openCdp: () => Promise.resolve(session.asCdp),
        openSubject: async (scenario: Scenario, { stepMs }, _clock, aborted) =>
          await NodeUnderTest.open(session, scenario, {
            stepMs,
            program: about.program,
            hasStarted: target.kind === 'start',
            notices,
            failure: async (waitMs) => await program.failure(waitMs),
            signal: aborted,
          }),
        onLost: (listener) => session.onClosed(listener),
        close: async (): Promise<CleanupVerification> => {
          session.close();
          await ending?.();
          const { orphaned, issues } = await program.stop();
          const successful = orphaned.length === 0 && issues.length === 0;
          return { ...nothingLeft, processes: { orphaned }, issues, successful };
        },
      };
      return browser;
    } catch (error) {
      await ending?.();
      await program.stop();
      throw error;
    }
  };
}

async function readAbout(session: InspectorSession): Promise<About> {
  const { result } = (await session.send('Runtime.evaluate', {
    expression:
      '({ pid: process.pid, version: process.versions.node, program: process.argv[1] ?? process.cwd(), cwd: process.cwd() })',
    returnByValue: true,
  })) as { result: { value: About } };
  return result.value;
}

async function rootOf(pid: number): Promise<ProcessIdentity | undefined> {
  const table = await createProcessReader().readTable();
  const found = table.processes.get(pid);
  return found && identityOf(found);
}
