/** Modules that wait for each other in top-level await: DEADLOCK. */
import { shortestPath } from '../graph/shortest-path.ts';
import type { ImportEvent, Loc, TraceEvent } from '../protocol/events.ts';
import type { Finding, FindingStep } from '../protocol/finding.ts';
import type { Context } from './not-run.ts';
import { pathAt, placeText, requestPlace, requestText } from './words.ts';

/** An import() for which a top-level await of its importer waits. */
interface Awaited {
  importer: number;
  target: number;
  loc: Loc;
}

/**
 * An import() is fulfilled once its target and all that this requests have ended. So it never is, if one of these is the
 * module that awaits it.
 */
export function deadlocks(
  { manifest, run, requests: all }: Context,
  events: readonly TraceEvent[],
): Finding[] {
  const hasEnded = (module: number): boolean =>
    run.endOf[module] !== undefined || run.errorOf[module] !== undefined;
  const awaited = pendingImports(manifest.modules, events).filter(({ importer, seq, loc }) => {
    const wait = run.waits[importer];
    return wait !== undefined && !hasEnded(importer) && seq < wait.seq && !isBefore(loc, wait.loc);
  });
  if (awaited.length === 0) return [];
  const requests = all.map((list, module) => (hasEnded(module) ? [] : list));
  const edges = requests.map((list, module) =>
    list.concat(awaited.flatMap(({ importer, target }) => (importer === module ? [target] : []))),
  );
  const known = new Set<string>();
  return awaited.flatMap(({ importer, target, loc }): Finding[] => {
    const path = target === importer ? [target] : shortestPath(edges, target, importer);
    const modules = [...new Set([importer, ...path])];
    const key = modules
      .slice()
      .sort((a, b) => a - b)
      .join();
    if (path.length === 0 || known.has(key)) return [];
    known.add(key);
    const name = pathAt(manifest, importer);
    const steps = path.slice(1).map((to, i): FindingStep => {
      const from = path[i] as number;
      const dynamic = awaited.find((each) => each.importer === from && each.target === to);
      if (requests[from]?.includes(to) || !dynamic) {
        return {
          text: `${requestText(manifest, from, to)} imports ${pathAt(manifest, to)}`,
          loc: requestPlace(manifest, from, to),
        };
      }
      return {
        text: `${placeText(dynamic.loc)} awaits import() of ${pathAt(manifest, to)}`,
        loc: dynamic.loc,
      };
    });
    const last = steps.pop();
    const end = last
      ? { ...last, text: `${last.text}, which has not ended` }
      : { text: `${name} has not ended`, loc: null };
    return [
      {
        code: 'DEADLOCK',
        severity: 'error',
        message: `${placeText(loc)} awaits import() of ${pathAt(manifest, target)}, which waits for ${name}: neither can end`,
        native: 'same',
        modules: modules.map((module) => pathAt(manifest, module)),
        loc,
        path: steps.concat(end),
        cause: 'await',
        remedies: [
          {
            text: `try not to await it at the top level of ${name}`,
            checked: false,
          },
        ],
      },
    ];
  });
}

/** The import()s that have neither ended nor failed. */
function pendingImports(
  modules: Context['manifest']['modules'],
  events: readonly TraceEvent[],
): (Awaited & { seq: number })[] {
  const started = events.filter((event): event is ImportEvent => event.type === 'import-start');
  if (started.length === 0) return [];
  const ended = new Set(
    events.map((event) =>
      event.type === 'import-end' || event.type === 'import-error' ? event.start : undefined,
    ),
  );
  const indices = new Map(modules.map(({ path }, index) => [path, index]));
  return started.flatMap(({ seq, importer, module, loc }) => {
    const [from, target] = [indices.get(importer), indices.get(module ?? '')];
    return ended.has(seq) || from === undefined || target === undefined
      ? []
      : [{ seq, importer: from, target, loc }];
  });
}

const isBefore = (a: Loc, b: Loc): boolean => a.line < b.line || (a.line === b.line && a.column < b.column);
