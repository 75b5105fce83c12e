import type { HousekeepingStatistics } from './model.ts';
import { defined } from '../support/index.ts';

export const noHousekeeping: HousekeepingStatistics = {
  cleanupsPerformed: 0,
  memoryCleanups: 0,
  timeCleanups: 0,
  cursorsExpired: 0,
  requestsExpired: 0,
  sessionsExpired: 0,
  entriesTrimmed: 0,
};

/** What two hosts did, one after the other. */
export function addStatistics(earlier: HousekeepingStatistics, later: HousekeepingStatistics): HousekeepingStatistics {
  const lastCleanup = later.lastCleanup ?? earlier.lastCleanup;
  return {
    cleanupsPerformed: earlier.cleanupsPerformed + later.cleanupsPerformed,
    memoryCleanups: earlier.memoryCleanups + later.memoryCleanups,
    timeCleanups: earlier.timeCleanups + later.timeCleanups,
    ...defined({ lastCleanup }),
    cursorsExpired: earlier.cursorsExpired + later.cursorsExpired,
    requestsExpired: earlier.requestsExpired + later.requestsExpired,
    sessionsExpired: earlier.sessionsExpired + later.sessionsExpired,
    entriesTrimmed: earlier.entriesTrimmed + later.entriesTrimmed,
  };
}
