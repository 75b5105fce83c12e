#!/usr/bin/env node
import { createRequire } from 'node:module';
import { keepCompiledCode, programFile } from './support/index.ts';

// All there is to say lies in a file of its own, so that its compiled code can be kept from one run to the next.
keepCompiledCode();
createRequire(import.meta.url)(programFile('commandLine'));
