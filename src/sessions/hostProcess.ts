import { keepCompiledCode } from '../support/index.ts';
import { runGuard } from './guardProcess.ts';
import { runHost } from './hostMain.ts';

// The entry of dist/sessionHost.js. Started by forkProgram only: without a channel both modes end at once.
keepCompiledCode();
if (process.argv[2] === 'guard') runGuard();
else void runHost();
