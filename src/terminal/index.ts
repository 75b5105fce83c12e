export { runClean } from './cleanCommand.ts';
export { type TerminalIo, systemIo } from './io.ts';
export { INTERRUPTED, runProgram } from './program.ts';
