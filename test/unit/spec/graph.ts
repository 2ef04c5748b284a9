/** Random graphs of modules, whose bodies wait, import others as they run, and throw. */
import fc from 'fast-check';
import type { SourceModule } from '../../../src/spec/module-record.ts';

/** What a body does between its start and its end. */
export type Step =
  /** Waits for a later turn of the event loop. */
  | 'tick'
  /** Calls `import()`, and waits for its promise or not. */
  | { imports: number; isAwaited: boolean };

export interface Body extends SourceModule {
  /** Without a top-level await: only imports whose promise it does not wait for. With one, and none here: it is not reached. */
  steps: Step[];
  throws: boolean;
  /** The module whose evaluation has begun when this one starts: {@link marked}. */
  marks?: number;
}

export interface Entry {
  module: number;
  /** Turns of the event loop from the entry before to this one. */
  ticks: number;
}

export interface Graph {
  modules: Body[];
  entries: Entry[];
}

/** True in one of so many cases. */
const oneIn = (n: number): fc.Arbitrary<boolean> => fc.nat(n - 1).map((k) => k === 0);

function bodies(index: fc.Arbitrary<number>): fc.Arbitrary<Body> {
  const call = (isAwaited: fc.Arbitrary<boolean>): fc.Arbitrary<Step> =>
    fc.record({ imports: index, isAwaited });
  const common = { requests: fc.uniqueArray(index, { maxLength: 4 }), throws: oneIn(12) };
  const sync: fc.Arbitrary<Body> = fc.record({
    ...common,
    hasTLA: fc.constant(false),
    steps: oneIn(4).chain((some) =>
      fc.array(call(fc.constant(false)), { minLength: some ? 1 : 0, maxLength: some ? 2 : 0 }),
    ),
  });
  const waiting: fc.Arbitrary<Body> = fc.record({
    ...common,
    hasTLA: fc.constant(true),
    steps: fc.array(
      fc.oneof({ arbitrary: fc.constant<Step>('tick'), weight: 3 }, { arbitrary: call(oneIn(3)), weight: 1 }),
      { maxLength: 4 },
    ),
  });
  return fc.oneof({ arbitrary: sync, weight: 2 }, { arbitrary: waiting, weight: 1 });
}

/** Without what makes cycles: a module requests only later ones. */
const acyclic = (modules: readonly Body[]): Body[] =>
  modules.map((body, index) => ({ ...body, requests: body.requests.filter((request) => request > index) }));

/** Half of them without static cycles, in which more modules wait for others and become available together. */
const graphs: fc.Arbitrary<Graph> = fc.integer({ min: 1, max: 12 }).chain((size) => {
  const index = fc.nat(size - 1);
  const modules = fc.array(bodies(index), { minLength: size, maxLength: size });
  return fc.record({
    modules: fc.oneof(modules, modules.map(acyclic)),
    entries: fc.array(fc.record({ module: index, ticks: fc.integer({ min: 1, max: 8 }) }), {
      minLength: 1,
      maxLength: 3,
    }),
  });
});

/** The same ones every time. */
export const sampleOf = (count: number): Graph[] => fc.sample(graphs, { seed: 20261121, numRuns: count });

/**
 * The same graph where nobody is told when an engine evaluates what is imported. Each entry and each `import()` has a
 * module of its own, which requests first one that says so, then the module that is meant.
 */
export function marked({ modules, entries }: Graph): Graph {
  const all: Body[] = modules.map((body) => ({ ...body }));
  const added = { hasTLA: false, steps: [], throws: false };
  const through = (module: number): number => {
    const mark = all.length;
    all.push({ ...added, requests: [], marks: mark + 1 }, { ...added, requests: [mark, module] });
    return mark + 1;
  };
  for (const body of all.slice()) {
    body.steps = body.steps.map((step) =>
      step === 'tick' ? step : { ...step, imports: through(step.imports) },
    );
  }
  return { modules: all, entries: entries.map(({ module, ticks }) => ({ module: through(module), ticks })) };
}

/** Whether something can come between the start of a body and its end. */
export const isSuspended = ({ hasTLA, steps }: Body): boolean => hasTLA && steps.length > 0;

export interface Kinds {
  waiting: number;
  importing: number;
  throwing: number;
}

/** How many graphs have a top-level await, a dynamic import, a body that throws. */
export function kindsOf(sample: readonly Graph[]): Kinds {
  const having = (is: (body: Body) => boolean): number =>
    sample.filter(({ modules }) => modules.some(is)).length;
  return {
    waiting: having(({ hasTLA }) => hasTLA),
    importing: having(({ steps }) => steps.some((step) => step !== 'tick')),
    throwing: having(({ throws }) => throws),
  };
}
