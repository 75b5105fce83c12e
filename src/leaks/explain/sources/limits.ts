/**
 * What looking up lines and names may cost in one check. Scripts, maps and URLs come from the page, so each read has a limit;
 * what is beyond one is left out, and the finding then shows the line that the browser knows.
 */
export const sourceLimits = {
  /**
   * Bytes of one script or map. The largest maps in public use (VS Code's workbench, with its sources in it) have 40 to 60 MB.
   * In the worker a map takes about three times its text.
   */
  textBytes: 64 * 1024 * 1024,
  /** Bytes over the network in one check, kept until its end so that no URL is read twice. */
  networkBytes: 160 * 1024 * 1024,
  /** Requests in one check, redirects included. A page of a development server has a few hundred modules. */
  requests: 400,
  /** Milliseconds for one read: a local server sends 64 MB in less. */
  readMs: 10_000,
  /** Milliseconds of reading and parsing in one check. Parsing a bundle of 8 MB and its map takes 2.4 s. */
  totalMs: 60_000,
  /** Milliseconds for one question to the worker. */
  answerMs: 30_000,
  /** Redirects of one request, as browsers allow them for source maps in practice. */
  redirects: 5,
  /** Sections within sections. Bundlers nest once; the format forbids it altogether. */
  depth: 4,
  /** Sections of one map, nested ones included: concatenated bundles have one for each of their files. */
  sections: 2000,
  /** Maps that the sections of one map name by URL. */
  sectionMaps: 32,
  /** Segments of one map. Each takes 80 bytes once decoded; a minified bundle of 12 MB has 2.5 million. */
  segments: 4_000_000,
  /** MB of the worker's JavaScript heap. A map of the sizes above fits. */
  workerHeapMb: 768,
  /** Workers that a check may lose to what they were given before it does without source maps. */
  workers: 3,
} as const;

export type SourceLimits = { readonly [limit in keyof typeof sourceLimits]: number };
