/** What mends an early read: changes of imports, each checked against the prescribed order for the changed sources. */
import type { Remedy } from '../protocol/finding.ts';
import type { Manifest, ManifestModule } from '../protocol/manifest.ts';
import { bodyAt, type Context, declarationOf, type Knot, type Reason, wayOf } from './not-run.ts';
import { hasThrown, predictChanged, type Requests, requestsOf } from './prediction.ts';
import { pairOf, type WrongRead } from './run.ts';
import { bindingText, isLexical, isOwn, pathAt, placeText, requestPlace, specifierTo } from './words.ts';

/** Says whether a change of requests mends a read, and breaks none that is known. */
export type Check = (changed: Requests, body: number, exporter: number) => boolean;

/** The check for one trace; what does not depend on the change is done once. */
export function createCheck({ manifest, run, prediction }: Context): Check {
  /** By module that threw: the module that it needed, if it was an early read that threw. */
  const needed: (number | undefined)[] = [];
  for (const { event, running, exporter } of run.wrong) {
    const body = running[running.length - 1];
    if (event.state === 'uninitialized' && body !== undefined) needed[body] = exporter;
  }
  const fails = (module: number, endOf: readonly (number | undefined)[]): boolean =>
    hasThrown(manifest, run, module) && endOf[needed[module] ?? -1] === undefined;
  let held: (readonly [reader: number, exporter: number])[] | undefined;
  return (changed, body, exporter) => {
    held ??= pairsHeld();
    const { startOf, endOf } = predictChanged(manifest, changed, prediction.roots, fails);
    const isRunBefore = (module: number, reader: number): boolean => {
      const [end, start] = [endOf[module], startOf[reader]];
      // A module that the change leaves out reads nothing.
      return start === undefined || (end !== undefined && end < start);
    };
    return (
      startOf[body] !== undefined &&
      isRunBefore(exporter, body) &&
      held.every(([reader, other]) => isRunBefore(other, reader))
    );
  };

  /** Reads for which it holds today that the declaring module has ended before the reader starts. */
  function pairsHeld(): (readonly [number, number])[] {
    const { startOf, endOf } = predictChanged(manifest, requestsOf(manifest), prediction.roots, fails);
    const pairs = new Set(run.pairs);
    manifest.modules.forEach(({ imports = [] }, reader) => {
      for (const { isUnconditional, module, binding } of imports) {
        const kind = manifest.modules[module]?.bindings[binding]?.kind;
        if (isUnconditional && kind !== undefined && kind !== 'function')
          pairs.add(pairOf(reader, module, manifest));
      }
    });
    const size = manifest.modules.length;
    return [...pairs].flatMap((pair): (readonly [number, number])[] => {
      const [reader, exporter] = [Math.floor(pair / size), pair % size];
      const [end, start] = [endOf[exporter], startOf[reader]];
      return end !== undefined && start !== undefined && end < start ? [[reader, exporter]] : [];
    });
  }
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
  requests: Requests;
}

function changesOf(context: Context, read: WrongRead, knot: Knot): Change[] {
  const { manifest } = context;
  return [
    importStraight(context, read),
    knot.left === undefined ? undefined : requestEarlier(manifest, knot.module, knot.left, knot.taken),
    enterElsewhere(manifest, read, knot),
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
  const binding = to.bindings.find((each) => each.name === event.name);
  const exported = binding?.exported ?? event.name;
  const name = exported === 'default' && !event.local.includes('.') ? event.local : exported;
  const requests = changed(manifest, importer, (list) => {
    const others = list.filter((module) => module !== exporter);
    // What is asked for already comes first where it is.
    if (list.indexOf(exporter) >= 0 && list.indexOf(exporter) < list.indexOf(first)) return list;
    return others.flatMap((module) => {
      if (module !== first) return [module];
      return isAlone(from, event.local, first) ? [exporter] : [exporter, module];
    });
  });
  return { text: `import ${name} from '${specifierTo(from, to)}' in ${from.path}`, requests };
}

/** Whether nothing but this name needs the request. */
function isAlone({ imports = [], requests }: ManifestModule, local: string, request: number): boolean {
  const through = imports.filter(({ way }) => way[0] === request);
  const row = requests.find(({ module }) => module === request);
  return row?.isKept !== true && through.length === 1 && through[0]?.local === local;
}

/** A module in progress makes one request before another. */
function requestEarlier(manifest: Manifest, module: number, late: number, early: number): Change | undefined {
  const row = manifest.modules[module];
  if (!row || !isOwn(row)) return undefined;
  const [first, second] = [requestPlace(manifest, module, early), requestPlace(manifest, module, late)];
  const paths = [pathAt(manifest, late), pathAt(manifest, early)];
  const text =
    first && second && first.line !== second.line && !first.compiled
      ? `put line ${second.line} of ${row.path} before line ${first.line}`
      : `import ${paths[0]} before ${paths[1]} in ${row.path}`;
  return { text, requests: moved(manifest, module, late, early) };
}

/** The module that leads into the cycle asks for another of its modules first. */
function enterElsewhere(manifest: Manifest, { exporter }: WrongRead, knot: Knot): Change | undefined {
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
    requests: moved(manifest, outside, first, module),
  };
}

/** The requests with one of a module's put before another. */
const moved = (manifest: Manifest, module: number, late: number, early: number): Requests =>
  changed(manifest, module, (list) =>
    list.filter((each) => each !== late).flatMap((each) => (each === early ? [late, each] : [each])),
  );

const changed = (
  manifest: Manifest,
  module: number,
  change: (requests: readonly number[]) => readonly number[],
): Requests => requestsOf(manifest).map((list, index) => (index === module ? change(list) : list));

/** What may help where no change of imports is known to. */
function hintsFor(context: Context, read: WrongRead, { cause }: Reason): string[] {
  const { manifest, run } = context;
  const { importer, exporter, event } = read;
  const name = bindingText(event.name);
  const module = pathAt(manifest, exporter);
  const declared = declarationOf(manifest, exporter, event.name);
  const binding = manifest.modules[exporter]?.bindings.find((each) => each.name === event.name);
  const imported = manifest.modules[importer]?.imports?.find(({ local }) => local === event.local);
  const isFunction = run.firstValueOf(module, event.name)?.startsWith('function') === true;
  const hints: string[] = [];
  if (cause === 'error') hints.push('to mend that error first');
  if (cause === 'await') hints.push(`reading ${name} only once ${module} has ended`);
  if (cause === 'own-order') {
    const first = declared ? `${placeText(declared)} before what uses it` : `${name} before what uses it`;
    hints.push(`putting ${first}`);
  }
  if (cause === 'cycle' || cause === 'request-order') {
    if (!imported?.isHeritage)
      hints.push(`reading ${name} later, in a function that is called once all modules have run`);
    hints.push(`moving ${name} to a module of its own, which imports none of these`);
  }
  if (isFunction && isLexical(binding?.kind) && cause !== 'error' && cause !== 'await')
    hints.push(`declaring ${name} as a function: it has its value before any module runs`);
  return hints;
}
