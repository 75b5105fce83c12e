export { systemIo } from './io.ts';
export { INTERRUPTED, runProgram } from './program.ts';
