import { toldOfWhatWasLeftBehind } from './alerts.ts';
import { withABrowserLeftBehind } from './orphans.ts';
import { lookingAtBrowsers } from './processes.ts';
import { sessionsThatEnd } from './sessionLife.ts';
import { SAVED_SESSIONS, workingInSessions } from './sessions.ts';
import { useWorkbench } from './sharedWorkbench.ts';

describe('In the workbench', () => {
  const workbench = useWorkbench({
    settings: { 'workbench.colorTheme': 'Default Dark Modern' },
    machineSettings: SAVED_SESSIONS,
  });

  const stories: Readonly<Record<string, (theWorkbench: typeof workbench) => void>> = {
    'someone who looks at browsers': lookingAtBrowsers,
    'someone with a browser left behind': withABrowserLeftBehind,
    'someone who is told of what was left behind': toldOfWhatWasLeftBehind,
    'someone who works in sessions': workingInSessions,
    // Last: it ends extension hosts.
    'a session': sessionsThatEnd,
  };
  for (const [name, story] of Object.entries(stories)) {
    describe(name, () => {
      // What one tells must not be taken for what the next tells.
      before(async () => await workbench().run('Notifications: Clear All Notifications'));
      story(workbench);
    });
  }
});
