#!/usr/bin/env node
import { keepCompiledCode, loadBundle } from './support/index.ts';

// The commands are a bundle of their own, so that its compiled code can be kept from one run to the next.
keepCompiledCode();
loadBundle('commandLine');
