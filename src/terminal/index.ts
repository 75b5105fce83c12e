export { runClean } from './cleanCommand.ts';
export { type TerminalIo, systemIo } from './io.ts';
export { runProgram } from './program.ts';
