import { runKeeper } from './keeper.ts';

// The entry of dist/webServerKeeper.js. Started by WebServers only: without a channel it ends at once.
runKeeper();
