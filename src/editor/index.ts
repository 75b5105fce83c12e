export { type Leakwright, startLeakwright } from './leakwright.ts';
