import { runKeeper } from './keeper.ts';
import { WATCH, runWatch } from './keeperWatch.ts';

// The entry of dist/webServerKeeper.js. Started by WebServers, without a channel it ends at once; or by a keeper, as its watch.
if (process.argv[2] === WATCH) void runWatch();
else runKeeper();
