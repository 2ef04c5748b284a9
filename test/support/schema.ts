/** The JSON Schema of a trace file's lines, as the types give it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { createGenerator } from 'ts-json-schema-generator';
import { repository } from './package.ts';

export const SCHEMA = join(repository, 'docs/trace.schema.json');

/** The generator knows draft 7, which is draft 2020-12 but for where definitions stand. */
export function schemaOfTypes(): string {
  const schema = createGenerator({
    path: join(repository, 'src/protocol/trace-file.ts'),
    tsconfig: join(repository, 'tsconfig.json'),
    type: 'TraceFileLine',
    topRef: false,
    // A later version may have more fields; those of this one still read it.
    additionalProperties: true,
    // `npm run check` does it.
    skipTypeCheck: true,
  }).createSchema('TraceFileLine');
  const { $schema: _, definitions, ...line } = schema;
  const draft = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A line of a trace file, version 1',
    ...line,
    $defs: definitions,
  };
  return `${JSON.stringify(draft, null, 2).replaceAll('"#/definitions/', '"#/$defs/')}\n`;
}

/** Whether a line is as the schema says. */
export const isValid = new Ajv2020({ allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(SCHEMA, 'utf8')),
);
