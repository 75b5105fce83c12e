import { LeakwrightError } from '../support/index.ts';

export function closedScope(scope: string): LeakwrightError {
  return new LeakwrightError('stores.closed', `Nothing was stored: '${scope}' is not open.`);
}
