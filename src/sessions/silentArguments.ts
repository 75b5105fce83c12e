/**
 * Chromium asks hosts of its vendor by itself; what a page is checked for is nobody else's business, and a machine without
 * a network waits for them. Playwright turns most of it off; the switches here send the rest to a port of this machine at which
 * nobody listens. *Measured in a network of its own with a resolver that counts, Chromium 156: 9 lookups of
 * update.googleapis.com and 18 of content-autofill.googleapis.com (any page with a text field) a check before, none with them*
 * (test/real/sessions/silence.test.ts). Asked-for arguments come after these, and the last one wins.
 */
export const silentArguments: readonly string[] = [
  '--component-updater=url-source=http://127.0.0.1:9/',
  '--autofill-server-url=http://127.0.0.1:9/',
  // Only Chrome and Edge have these.
  '--disable-domain-reliability',
  '--no-pings',
];
