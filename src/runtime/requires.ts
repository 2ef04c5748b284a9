/** `require` of CommonJS modules that run when they are required. */
import type { Build } from '../protocol.ts';
import type { BuildState } from './build.ts';
import type { Phases } from './phases.ts';

/** Calls what runs the module, between its events; whatever that throws goes on as it is. */
export function createRequire(
  { realm, modules, sites, seen, locOf, log }: BuildState,
  phases: Phases,
): Build['require'] {
  const { host } = realm;

  return (site, run) => {
    const finish = attempt(() => start(site));
    let isReturned = false;
    // No `catch`: what is thrown again shows another place as the one that threw.
    try {
      const exports = run();
      isReturned = true;
      return exports;
    } finally {
      attempt(() => finish?.(isReturned));
    }
  };

  function start(site: number): ((isReturned: boolean) => void) | undefined {
    const row = sites[site];
    if (row?.[0] !== 'q') return undefined;
    const importer = modules[row[1]];
    const module = typeof row[4] === 'number' ? modules[row[4]] : undefined;
    const what = {
      importer: importer?.row.path ?? '',
      loc: locOf(row),
      module: module?.row.path ?? `${row[4]}`,
    };
    const began = host.now();
    const wasLinked = module?.status === 'linked';
    log({ type: 'require-start', ...what, ...(module && { status: module.status }) });
    return (isReturned) => {
      if (importer) importer.waited += host.now() - began;
      // A body that returned early, or threw, has not come to its end.
      if (wasLinked && module.status === 'evaluating') phases.finish(row[4] as number, isReturned);
      // What runs, or has just run, shows once more.
      const isNews = module?.status === 'evaluating' || (wasLinked && module.status !== 'linked');
      if (isReturned && !isNews) seen[site] = 1;
      log({ type: isReturned ? 'require-end' : 'require-error', ...what });
    };
  }

  function attempt<T>(job: () => T): T | undefined {
    try {
      return job();
    } catch {
      realm.fail();
      return undefined;
    }
  }
}
