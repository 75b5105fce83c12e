#!/usr/bin/env node
/** What agents talk to: a Model Context Protocol server over standard input and output (`leakwright mcp`). */
import { serveStdio } from './agents/index.ts';
import { describeError, plainLines } from './support/index.ts';

serveStdio().then(
  // What keeps the process now is the reading end of a client that is gone.
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`leakwright: ${plainLines(describeError(error))}\n`);
    process.exit(3);
  },
);
