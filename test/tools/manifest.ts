/**
 * `npm run manifest`: writes what is made from the table of a check's options (src/checks/options.ts) into package.json, and the
 * JSON Schemas of reports and configurations. A unit test fails while a file differs from what it would be.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { taskProperties, settingParts } from '../../src/checks/manifest.ts';
import { configSchema } from '../../src/checks/config.ts';
import { reportSchema } from '../../src/reports/reportSchema.ts';
import { packageFolder } from '../../src/support/index.ts';

interface Manifest {
  readonly contributes: {
    readonly taskDefinitions: { properties: unknown }[];
    readonly configuration: readonly { readonly properties: Record<string, Record<string, unknown>> }[];
  };
}

/** The text of package.json with the made parts in it. */
export function withMadeParts(text: string): string {
  const manifest = JSON.parse(text) as Manifest;
  const { taskDefinitions, configuration } = manifest.contributes;
  taskDefinitions[0]!.properties = taskProperties();
  for (const [setting, parts] of Object.entries(settingParts())) {
    for (const { properties } of configuration) {
      if (properties[setting]) Object.assign(properties[setting], parts);
    }
  }
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** The text of each JSON Schema of the package, by its file in `schema/`. */
export function jsonSchemas(): Readonly<Record<string, string>> {
  return {
    'report.json': schemaText(reportSchema, 'A report of Leakwright (--reporter json)'),
    'config.json': schemaText(configSchema, 'leakwright.config.json'),
  };
}

function schemaText(schema: z.core.$ZodType, title: string): string {
  const made = z.toJSONSchema(schema, {
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // What only code can write (patterns, scenarios with functions) is nothing in JSON.
      const { anyOf } = jsonSchema;
      if (anyOf) jsonSchema.anyOf = anyOf.filter((one) => Object.keys(one).length > 0);
    },
  });
  return `${JSON.stringify({ title, ...made }, null, 2)}\n`;
}

if (import.meta.main) {
  mkdirSync(join(packageFolder(), 'schema'), { recursive: true });
  for (const [name, text] of Object.entries(jsonSchemas())) writeFileSync(join(packageFolder(), 'schema', name), text);
  const file = join(packageFolder(), 'package.json');
  writeFileSync(file, withMadeParts(readFileSync(file, 'utf8')));
}
