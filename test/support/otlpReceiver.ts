import assert from 'node:assert/strict';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface OtlpPoint {
  readonly name: string;
  readonly kind: 'gauge' | 'sum';
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface OtlpRequest {
  readonly resource: Readonly<Record<string, string>>;
  readonly points: readonly OtlpPoint[];
}

export interface OtlpReceiver {
  readonly origin: string;
  readonly requests: OtlpRequest[];
  close(): Promise<void>;
}

/** A collector's receiver for OTLP/HTTP: takes what the protocol allows on its path, and answers anything else with 400. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const requests: OtlpRequest[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      let status = 200;
      let message = '{}';
      try {
        assert.deepEqual([request.method, request.url], ['POST', '/v1/metrics']);
        assert.match(request.headers['content-type'] ?? '', /^application\/json/);
        requests.push(decodeMetrics(JSON.parse(Buffer.concat(chunks).toString('utf8'))));
      } catch (error) {
        status = 400;
        message = JSON.stringify({ code: 3, message: String(error) });
      }
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(message);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Message = Readonly<Record<string, unknown>>;

/**
 * Reads an `ExportMetricsServiceRequest` in protobuf's JSON form, with the names and types of
 * opentelemetry/proto/metrics/v1/metrics.proto. A field that is not in the definition, or of another type, is an error, as
 * it is for a strict decoder: 64-bit numbers are texts of digits, attributes are lists of keys and typed values.
 */
export function decodeMetrics(body: unknown): OtlpRequest {
  const request = message(body, ['resourceMetrics']);
  const [first, ...more] = list(request['resourceMetrics']);
  assert.deepEqual(more, [], 'one resource');
  const ofResource = message(first, ['resource', 'scopeMetrics', 'schemaUrl']);
  const resource = message(ofResource['resource'], ['attributes', 'droppedAttributesCount', 'entityRefs']);
  const points: OtlpPoint[] = [];
  for (const each of list(ofResource['scopeMetrics'])) {
    const ofScope = message(each, ['scope', 'metrics', 'schemaUrl']);
    assert.equal(
      typeof message(ofScope['scope'], ['name', 'version', 'attributes', 'droppedAttributesCount'])['name'],
      'string',
    );
    for (const metric of list(ofScope['metrics'])) points.push(...decodeMetric(metric));
  }
  return { resource: attributes(resource['attributes']), points };
}

function decodeMetric(value: unknown): OtlpPoint[] {
  const metric = message(value, ['name', 'description', 'unit', 'metadata', 'gauge', 'sum']);
  const kind = 'sum' in metric ? 'sum' : 'gauge';
  assert.ok(typeof metric['name'] === 'string' && metric['name'] !== '');
  const data = message(
    metric[kind],
    kind === 'sum' ? ['dataPoints', 'aggregationTemporality', 'isMonotonic'] : ['dataPoints'],
  );
  if (kind === 'sum') {
    assert.ok(data['aggregationTemporality'] === 1 || data['aggregationTemporality'] === 2);
    assert.equal(typeof data['isMonotonic'], 'boolean');
  }
  return list(data['dataPoints']).map((each) => {
    const point = message(each, [
      'attributes',
      'startTimeUnixNano',
      'timeUnixNano',
      'asDouble',
      'asInt',
      'exemplars',
      'flags',
    ]);
    const now = Number(digits(point['timeUnixNano'])) / 1e6;
    assert.ok(Math.abs(now - Date.now()) < 3_600_000, 'in nanoseconds since the epoch');
    if ('startTimeUnixNano' in point) digits(point['startTimeUnixNano']);
    assert.notEqual('asDouble' in point, 'asInt' in point, 'one value');
    const number = 'asInt' in point ? Number(digits(point['asInt'])) : point['asDouble'];
    assert.equal(typeof number, 'number');
    return { name: metric['name'] as string, kind, labels: attributes(point['attributes']), value: number as number };
  });
}

function attributes(value: unknown): Record<string, string> {
  const pairs = list(value ?? []).map((each) => {
    const pair = message(each, ['key', 'value']);
    const { stringValue } = message(pair['value'], ['stringValue']) as { stringValue?: unknown };
    assert.ok(typeof pair['key'] === 'string' && typeof stringValue === 'string');
    return [pair['key'], stringValue] as const;
  });
  return Object.fromEntries(pairs);
}

function message(value: unknown, fields: readonly string[]): Message {
  assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value), 'a message');
  const unknown = Object.keys(value).filter((name) => !fields.includes(name));
  assert.deepEqual(unknown, [], `only fields of the definition: ${fields.join(', ')}`);
  return value as Message;
}

function list(value: unknown): readonly unknown[] {
  assert.ok(Array.isArray(value), 'a repeated field');
  return value as readonly unknown[];
}

/** A 64-bit number: protobuf's JSON form writes it as text, and takes numbers as well. */
function digits(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  assert.ok(typeof text === 'string' && /^\d+$/.test(text), 'a 64-bit number');
  return text;
}
