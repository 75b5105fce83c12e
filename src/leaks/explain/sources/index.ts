export type { FunctionPlace, SourceAnswers } from './answers.ts';
export { type GeneratedFrame, parseStackText } from './generatedFrame.ts';
export type { SourceTextsOptions } from './sourceTexts.ts';
export { SourceDesk } from './sourceDesk.ts';
export { elementClassOfTag } from './elementClasses.ts';
export { type LoadedText, filesBehind } from './filesBehind.ts';
