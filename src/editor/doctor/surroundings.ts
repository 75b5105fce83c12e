import { env, version, workspace } from 'vscode';
import { t } from '../translate.ts';
import type { EditorCheck } from './doctorItems.ts';

/** What only the editor knows: itself, where we run, and what the workspace allows. */
export function surroundings(ownVersion: string): EditorCheck[] {
  return [editor(ownVersion), trust(), folders()];
}

function editor(ownVersion: string): EditorCheck {
  const where = env.remoteName
    ? t('on the remote machine ({0}), where the browsers run as well', env.remoteName)
    : t('on this machine');
  return {
    state: 'ok',
    title: t('Leakwright'),
    fact: t('{0} in {1} {2}, {3}', ownVersion, env.appName, version, where),
  };
}

function trust(): EditorCheck {
  const title = t('Trust');
  if (workspace.isTrusted) return { state: 'ok', title, fact: t('This workspace is trusted.') };
  return {
    state: 'note',
    title,
    fact: t('This workspace is not trusted: sessions and checks are off; watching browsers and cleaning up work.'),
    advice: t('Trust it to run sessions and checks in it.'),
    remedy: { kind: 'trust' },
  };
}

function folders(): EditorCheck {
  const title = t('Workspace');
  const all = workspace.workspaceFolders ?? [];
  if (all.length === 0) {
    return { state: 'ok', title, fact: t('No folder is open: a URL can be checked, scenario files need a folder.') };
  }
  const virtual = all.filter(({ uri }) => uri.scheme !== 'file');
  if (virtual.length > 0) {
    return {
      state: 'note',
      title,
      fact: t('{0} is not on a disk: a URL can be checked, scenario files in it cannot.', virtual[0]!.name),
    };
  }
  return { state: 'ok', title, fact: all.map(({ uri }) => uri.fsPath).join(', ') };
}
