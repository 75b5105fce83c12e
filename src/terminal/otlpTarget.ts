import { LeakwrightError } from '../support/index.ts';

/** The collector that `--otlp [url]` names; its `endpoint` is undefined where the environment says more than an address. */
export interface OtlpTarget {
  readonly endpoint: string | undefined;
}

const VARIABLES = ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];

/**
 * @param given true without an address: the environment has it
 * @throws LeakwrightError `usage`
 */
export function otlpTarget(given: string | true | undefined): OtlpTarget | undefined {
  if (given === undefined) return undefined;
  if (given === true) {
    if (!VARIABLES.some((name) => process.env[name])) {
      throw new LeakwrightError('usage', '--otlp has no address, and OTEL_EXPORTER_OTLP_ENDPOINT is not set.', {
        hint: 'Give one: --otlp http://localhost:4318',
      });
    }
    return { endpoint: undefined };
  }
  if (!/^https?:\/\//.test(given) || !URL.canParse(given)) {
    throw new LeakwrightError('usage', `'${given}' is not the address of a collector.`, {
      hint: 'Like http://localhost:4318/v1/metrics',
    });
  }
  const url = new URL(given);
  // What people know is the collector's address; the path is the protocol's.
  if (url.pathname === '/') url.pathname = '/v1/metrics';
  return { endpoint: url.href };
}
