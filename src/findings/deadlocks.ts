/** Modules that wait for each other in top-level await: DEADLOCK. */
import { shortestPath } from '../graph/shortest-path.ts';
import type { Loc } from '../protocol/events.ts';
import type { Finding, FindingStep } from '../protocol/finding.ts';
import { type Context, importSteps } from './not-run.ts';
import { pathAt, placeText } from './words.ts';

/**
 * An import() is fulfilled once its target and all that this requests have ended. So it never is, if one of these is the
 * module that awaits it.
 */
export function deadlocks({ manifest, run, requests: all }: Context): Finding[] {
  const hasEnded = (module: number): boolean =>
    run.endOf[module] !== undefined || run.errorOf[module] !== undefined;
  /** Those for which a top-level await of the importer waits. */
  const awaited = run.pendingImports.filter(({ importer, seq, loc }) => {
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
    const steps = importSteps(manifest, path).map((step, i): FindingStep => {
      const [from, to] = [path[i] as number, path[i + 1] as number];
      const dynamic = awaited.find((each) => each.importer === from && each.target === to);
      if (requests[from]?.includes(to) || !dynamic) return step;
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

const isBefore = (a: Loc, b: Loc): boolean => a.line < b.line || (a.line === b.line && a.column < b.column);
