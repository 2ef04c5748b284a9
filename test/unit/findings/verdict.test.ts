/** What a build says of graphs that no fixture has: modules and chunks of any shape. */
import { expect } from 'chai';
import fc from 'fast-check';
import { foresee } from '../../../src/findings/foreseen.ts';
import { verdictOf } from '../../../src/findings/verdict.ts';
import type { Manifest, ManifestModule } from '../../../src/protocol/manifest.ts';

const MODULES = 8;
const number = fc.nat(MODULES - 1);

/** Modules that request and read each other in any way, put into any chunks, some with a top-level await. */
const manifests = fc
  .record({
    requests: fc.array(fc.uniqueArray(number, { maxLength: 3 }), { minLength: MODULES, maxLength: MODULES }),
    awaits: fc.array(fc.boolean(), { minLength: MODULES, maxLength: MODULES }),
    chunkOf: fc.array(fc.nat(3), { minLength: MODULES, maxLength: MODULES }),
    order: fc.shuffledSubarray([...Array(MODULES).keys()], { minLength: MODULES }),
    entries: fc.uniqueArray(number, { minLength: 1, maxLength: 3 }),
    dropped: number,
  })
  .map(({ requests, awaits, chunkOf, order, entries, dropped }): Manifest => {
    const modules = requests.map(
      (list, index): ManifestModule => ({
        path: `m${index}.js`,
        chunk: `c${chunkOf[index]}.js`,
        phases: true,
        ...(awaits[index] && index % 3 === 0 && { hasTLA: true }),
        requests: list.map((module, at) => ({ module, line: at + 1 })),
        bindings: [{ name: 'a', kind: 'const', line: 9, column: 0, state: 'uninitialized' }],
        imports: list.map((module, at) => ({
          local: `a${at}`,
          module,
          binding: 0,
          way: [module],
          isUnconditional: true,
          at: { line: 5 + at, column: 0 },
          ...(module === dropped && { isDropped: true }),
        })),
      }),
    );
    const chunks = [0, 1, 2, 3].map((chunk) => {
      const own = order.filter((module) => chunkOf[module] === chunk);
      const needed = own.flatMap((module) => (requests[module] ?? []).map((to) => chunkOf[to] ?? 0));
      const entry = entries.find((module) => chunkOf[module] === chunk);
      return {
        file: `c${chunk}.js`,
        modules: own,
        imports: [...new Set(needed)].filter((other) => other !== chunk),
        ...(entry !== undefined && { entry }),
      };
    });
    return { version: 1, format: 'es', modules, entries, chunks };
  });

describe('what a build says before anything runs', () => {
  it('each module starts at most once, and what it says are findings, whatever the graph', () => {
    let findings = 0;
    fc.assert(
      fc.property(manifests, (manifest) => {
        for (const entry of manifest.entries) {
          const events = foresee(manifest, entry);
          const started = events.flatMap((event) => (event.type === 'evaluate-start' ? [event.module] : []));
          expect(new Set(started).size).to.equal(started.length);
        }
        for (const { message } of verdictOf(manifest).findings) {
          findings++;
          expect(message).to.be.a('string').that.is.not.empty;
        }
      }),
      { numRuns: 500 },
    );
    expect(findings).to.be.above(500);
  });
});
