import { ConfigurationTarget, workspace } from 'vscode';
import type { SessionLimits } from '../../sessions/index.ts';
import { setting } from '../settings.ts';
import { type SavedSession, type SessionDefaults, readSavedSessions } from './savedSessions.ts';

/** What the settings say for every session. */
export function sessionDefaults(): SessionDefaults {
  return {
    browser: setting('browser'),
    headless: setting('headless'),
    hasDisplay: process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']),
    executablePath: setting('executablePath'),
    browserArguments: setting('browserArguments'),
    economyArguments: setting('economyArguments'),
    captureRequests: setting('captureRequests'),
    captureBodyKilobytes: setting('captureBodyKilobytes'),
  };
}

export function sessionLimits(): SessionLimits {
  return {
    maxConcurrentSessions: setting('maxConcurrentSessions'),
    sessionTimeoutSeconds: setting('sessionTimeout'),
    memoryAlertMb: setting('sessionMemoryAlert'),
    closeOnMemoryPressure: setting('closeSessionsOnMemoryPressure'),
  };
}

export function savedSessions(): ReturnType<typeof readSavedSessions> {
  return readSavedSessions(setting('sessions'));
}

/** Adds a session to the user's own list, in place of one with the same name. */
export async function saveSession(saved: SavedSession): Promise<void> {
  const others = setting('sessions').filter((one) => (one as Partial<SavedSession>)?.name !== saved.name);
  await workspace.getConfiguration('leakwright').update('sessions', [...others, saved], ConfigurationTarget.Global);
}
