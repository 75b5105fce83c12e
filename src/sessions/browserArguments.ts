/**
 * Chromium switches that cut background work and memory without changing what a page does or how it looks. Offered as a
 * setting (`economy`), off by default. Switches that do change pages (no images, one renderer for all sites, throttled
 * timers, a smaller JS heap) are left out on purpose. Playwright sets some of these itself: a switch given twice is harmless.
 * Source: Chromium's own switch definitions (`chrome/common/chrome_switches.cc`, `components/*\/switches.cc`).
 */
export const economyArguments: readonly { readonly argument: string; readonly why: string }[] = [
  { argument: '--disable-background-networking', why: 'no update checks, no safe-browsing lists, no field trials' },
  { argument: '--disable-component-update', why: 'downloads no components into the fresh profile' },
  { argument: '--disable-default-apps', why: 'installs no default apps into the fresh profile' },
  { argument: '--disable-domain-reliability', why: 'sends no reliability reports' },
  { argument: '--disable-breakpad', why: 'writes no crash dumps into the profile' },
  { argument: '--disable-sync', why: 'starts no sync service' },
  { argument: '--metrics-recording-only', why: 'sends no usage metrics' },
  { argument: '--no-default-browser-check', why: 'asks the desktop nothing at start' },
  { argument: '--no-first-run', why: 'opens no first-run pages' },
  { argument: '--disk-cache-size=33554432', why: 'keeps at most 32 MB of HTTP cache in the profile' },
];

/**
 * Chromium sends requests to its vendor by itself: a matter of privacy, and a delay on a machine without a network.
 * Playwright turns most of them off; the switches here send the rest to a closed port of this machine. *Measured in a
 * network of its own with a resolver that counts, Chromium 156: 9 lookups of update.googleapis.com and 18 of
 * content-autofill.googleapis.com (any page with a text field) a check before, none with them*
 * (test/real/sessions/silence.test.ts). The user's arguments come after these, and the last one wins.
 */
export const silentArguments: readonly string[] = [
  '--component-updater=url-source=http://127.0.0.1:9/',
  '--autofill-server-url=http://127.0.0.1:9/',
  // Only Chrome and Edge have these.
  '--disable-domain-reliability',
  '--no-pings',
];
