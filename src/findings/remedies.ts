/** What mends an early read: changes of imports, each checked against the prescribed order for the changed sources. */
import type { Edges } from '../graph/edges.ts';
import type { Remedy } from '../protocol/finding.ts';
import type { ManifestModule } from '../protocol/manifest.ts';
import { bodyAt, type Context, importOf, type Knot, type Reason, wayOf } from './not-run.ts';
import { hasThrown, predictChanged } from './prediction.ts';
import { pairOf, type WrongRead } from './run.ts';
import {
  bindingOf,
  bindingText,
  declarationOf,
  isOwn,
  pathAt,
  placeText,
  requestPlace,
  specifierTo,
} from './words.ts';

/** Says whether a change of requests mends a read, and breaks none that is known. */
export type Check = (changed: Edges, body: number, exporter: number) => boolean;

/** The check for one trace; what does not depend on the change is done once. */
export function createCheck({ manifest, run, prediction, requests }: Context): Check {
  /** By module that threw by an early read: the module that it needed. */
  const needed: (number | undefined)[] = [];
  for (const { outcome, running, exporter } of run.wrong) {
    const body = running[running.length - 1];
    if (outcome === 'error' && body !== undefined) needed[body] = exporter;
  }
  const fails = (module: number, endOf: readonly (number | undefined)[]): boolean =>
    hasThrown(manifest, run, module) && endOf[needed[module] ?? -1] === undefined;
  let known: KnownPairs | undefined;
  return (changed, body, exporter) => {
    known ??= knownPairs();
    const { startOf, endOf } = predictChanged(manifest, changed, prediction.roots, fails);
    const isRunBefore = (module: number, reader: number): boolean => {
      const [end, start] = [endOf[module], startOf[reader]];
      // A module that the change leaves out reads nothing.
      return start === undefined || (end !== undefined && end < start);
    };
    const mended = startOf[body];
    return (
      mended !== undefined &&
      isRunBefore(exporter, body) &&
      known.held.every(([reader, other]) => isRunBefore(other, reader)) &&
      known.fresh.every(
        ([reader, other]) => (startOf[reader] ?? mended) >= mended || isRunBefore(other, reader),
      )
    );
  };

  /** Reads that are known from the trace or from the source. */
  function knownPairs(): KnownPairs {
    const { startOf, endOf } = predictChanged(manifest, requests, prediction.roots, fails);
    const pairs = new Set(run.pairs);
    /** Of a function: it has its value from the start, but what it reads may need its module. */
    const functions = new Set<number>();
    manifest.modules.forEach(({ imports = [] }, reader) => {
      for (const { isUnconditional, module, binding } of imports) {
        if (!isUnconditional || binding < 0) continue;
        const isFunction = manifest.modules[module]?.bindings[binding]?.kind === 'function';
        (isFunction ? functions : pairs).add(pairOf(reader, module, manifest));
      }
    });
    const size = manifest.modules.length;
    const held: Pair[] = [];
    const fresh: Pair[] = [];
    for (const pair of new Set([...pairs, ...functions])) {
      const [reader, exporter] = [Math.floor(pair / size), pair % size];
      const [end, start] = [endOf[exporter], startOf[reader]];
      if (start === undefined) {
        if (pairs.has(pair)) fresh.push([reader, exporter]);
      } else if (end !== undefined && end < start) held.push([reader, exporter]);
    }
    return { held, fresh };
  }
}

type Pair = readonly [reader: number, exporter: number];

interface KnownPairs {
  /** The declaring module has ended today before the reader starts. */
  held: readonly Pair[];
  /** The reader does not start today, because of an error before it. */
  fresh: readonly Pair[];
}

/** Remedies for a read that the prescribed evaluation finds without a value too, the checked ones first. */
export function remediesFor(context: Context, read: WrongRead, reason: Reason, check: Check): Remedy[] {
  const body = bodyAt(context, read);
  const changes = reason.knot ? changesOf(context, read, reason.knot) : [];
  const remedies = changes.map(({ text, requests }): Remedy => {
    const checked = body !== undefined && body !== read.exporter && check(requests, body, read.exporter);
    return { text, checked };
  });
  const checked = remedies.filter((remedy) => remedy.checked);
  if (checked.length > 0) return checked;
  return hintsFor(context, read, reason).map((text) => ({ text: `try ${text}`, checked: false }));
}

interface Change {
  text: string;
  requests: Edges;
}

function changesOf(context: Context, read: WrongRead, knot: Knot): Change[] {
  return [
    importStraight(context, read),
    knot.left === undefined ? undefined : requestEarlier(context, knot.module, knot.left, knot.taken),
    enterElsewhere(context, read, knot),
  ].flatMap((change) => change ?? []);
}

/** The importer asks the module that declares the binding, not one that re-exports it. */
function importStraight(context: Context, read: WrongRead): Change | undefined {
  const { manifest } = context;
  const { importer, exporter, event } = read;
  const [, first, second] = wayOf(context, read);
  const from = manifest.modules[importer];
  const to = manifest.modules[exporter];
  if (first === undefined || second === undefined || !from || !to || !isOwn(from) || !isOwn(to))
    return undefined;
  const requests = changed(context, importer, (list) => {
    const others = list.filter((module) => module !== exporter);
    // What is asked for already comes first where it is.
    if (list.indexOf(exporter) >= 0 && list.indexOf(exporter) < list.indexOf(first)) return list;
    return others.flatMap((module) => {
      if (module !== first) return [module];
      return isAlone(from, event.local, first) ? [exporter] : [exporter, module];
    });
  });
  return {
    text: `import ${clauseOf(context, read)} from '${specifierTo(from, to)}' in ${from.path}`,
    requests,
  };
}

/** `{ a }`, `{ a as b }` or, of a default export, `b` */
function clauseOf({ manifest }: Context, { exporter, event: { name, local } }: WrongRead): string {
  const exported = bindingOf(manifest, exporter, name)?.exportedAs ?? name;
  // Behind a namespace object stands the name of the export.
  const own = local.includes('.') ? exported : local;
  if (exported === 'default') return own === 'default' ? 'value' : own;
  return exported === own ? `{ ${own} }` : `{ ${exported} as ${own} }`;
}

/** Whether nothing but this name needs the request. */
function isAlone({ imports = [], requests }: ManifestModule, local: string, request: number): boolean {
  const through = imports.filter(({ way }) => way[0] === request);
  const row = requests.find(({ module }) => module === request);
  return row?.isKept !== true && through.length === 1 && through[0]?.local === local;
}

/** A module in progress makes one request before another. */
function requestEarlier(context: Context, module: number, late: number, early: number): Change | undefined {
  const { manifest } = context;
  const row = manifest.modules[module];
  if (!row || !isOwn(row)) return undefined;
  const [first, second] = [requestPlace(manifest, module, early), requestPlace(manifest, module, late)];
  const paths = [pathAt(manifest, late), pathAt(manifest, early)];
  const text =
    first && second && first.line !== second.line && !first.compiled
      ? `put line ${second.line} of ${row.path} before line ${first.line}`
      : `import ${paths[0]} before ${paths[1]} in ${row.path}`;
  return { text, requests: moved(context, module, late, early) };
}

/** The module that leads into the cycle asks for another of its modules first. */
function enterElsewhere(context: Context, { exporter }: WrongRead, knot: Knot): Change | undefined {
  const { manifest } = context;
  const { stack, module, left } = knot;
  const outside = stack[stack.indexOf(module) - 1];
  const row = outside === undefined ? undefined : manifest.modules[outside];
  // Where the declaring module itself is in progress, the reader has to be asked for first: it asks for the other.
  const first = left === undefined ? (stack[stack.length - 1] as number) : exporter;
  const target = manifest.modules[first];
  if (outside === undefined || !row || !target || !isOwn(row) || !isOwn(target)) return undefined;
  const place = requestPlace(manifest, outside, module);
  const where =
    place && !place.compiled
      ? `${row.path}, before line ${place.line}`
      : `${row.path}, before it imports ${pathAt(manifest, module)}`;
  return {
    text: `import '${specifierTo(row, target)}' in ${where}`,
    requests: moved(context, outside, first, module),
  };
}

/** The requests with one of a module's put before another. */
const moved = (context: Context, module: number, late: number, early: number): Edges =>
  changed(context, module, (list) =>
    list.filter((each) => each !== late).flatMap((each) => (each === early ? [late, each] : [each])),
  );

const changed = (
  { requests }: Context,
  module: number,
  change: (requests: readonly number[]) => readonly number[],
): Edges => requests.map((list, index) => (index === module ? change(list) : list));

/** What may help where no change of imports is known to. */
function hintsFor(context: Context, read: WrongRead, { cause }: Reason): string[] {
  const { manifest } = context;
  const { exporter, event, threw } = read;
  const name = bindingText(event.name);
  const what = threw === undefined ? name : `${name} and what it needs`;
  const module = pathAt(manifest, exporter);
  const declared = declarationOf(manifest, exporter, event.name);
  const hints: string[] = [];
  if (cause === 'error') hints.push('to mend that error first');
  if (cause === 'await') hints.push(`reading ${name} only once ${module} has ended`);
  if (cause === 'own-order') {
    const first = declared && threw === undefined ? placeText(declared) : what;
    hints.push(`putting ${first} before what uses it`);
  }
  if (cause === 'cycle' || cause === 'request-order') {
    if (!importOf(context, read)?.isHeritage)
      hints.push(
        `${threw === undefined ? 'reading' : 'using'} ${name} later, in a function that is called once all modules have run`,
      );
    hints.push(`moving ${what} to a module of its own, which imports none of these`);
  }
  return hints;
}
