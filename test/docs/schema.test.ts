/** The published JSON Schema is that of the types, and says what the reader of traces says. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { faultOf } from '../../src/report/shapes.ts';
import { traceFileLines } from '../../src/report/trace-file.ts';
import { isValid, SCHEMA, schemaOfTypes } from '../support/schema.ts';
import { anyTrace } from '../support/traces.ts';

describe('the schema of trace files', () => {
  it('is what the types give: `npm run docs:update`', () => {
    const made = schemaOfTypes();
    if (process.env.UPDATE_DOCS === '1') writeFileSync(SCHEMA, made);
    else expect(readFileSync(SCHEMA, 'utf8')).to.equal(made);
  });

  it('takes every line of any trace', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        for (const line of traceFileLines(trace)) expect(isValid(JSON.parse(line)), line).to.equal(true);
      }),
    );
  });

  it('refuses a line with a field changed or left out where the reader does', () => {
    const others = fc.constantFrom<unknown>(undefined, null, true, 1, 'text', [], {});
    let refused = 0;
    fc.assert(
      fc.property(anyTrace, others, fc.nat(), (trace, other, at) => {
        for (const text of traceFileLines(trace)) {
          const line = JSON.parse(text);
          const names = Object.keys(line);
          const name = names[at % names.length] ?? 'type';
          if (other === undefined) delete line[name];
          else line[name] = other;
          const fault = faultOf(line);
          if (fault) refused++;
          expect(isValid(line), `${JSON.stringify(line)}: ${fault}`).to.equal(fault === undefined);
        }
      }),
      { numRuns: 300 },
    );
    expect(refused).to.be.above(100);
  });
});
