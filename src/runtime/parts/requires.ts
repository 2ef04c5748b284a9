/** `require` of CommonJS modules that run when they are required. */
import type { RequireEvent } from '../../protocol/events.ts';
import { createFirsts } from '../firsts.ts';
import { indexPaths, moduleNamed } from '../specifier.ts';
import type { BuildState, Part, Phases } from '../state.ts';

/** A `require` that has neither returned nor failed, as far as it is known. */
interface OpenRequire {
  site: number;
  importer: number;
  /** Index of the module; -1 for what is none of the build's. */
  target: number;
  /** The module had not run. */
  isFirst: boolean;
  startedAt: number;
  /** Its start is in the trace, and so will be its end. */
  isLogged: boolean;
  fields: Pick<RequireEvent, 'importer' | 'loc' | 'module'>;
}

/**
 * What is required runs on the stack of what requires it, so the open ones are a stack too: one below that goes on says
 * that those above have thrown. Nothing is put around the call: it would show in stacks, and throw the error again.
 */
export default function createRequires(
  { host, modules, sites, seen, locOf, log, admit, safely }: BuildState,
  phases: Phases,
): Part {
  const open: OpenRequire[] = [];
  const isFirstOf = createFirsts();
  let paths: Record<string, number> | undefined;
  const requiring = safely(start);
  const returned = safely(end);
  return {
    backIn,
    idle: () => failAbove(-1),
    calls: {
      requiring(...args) {
        requiring(args[0], args[1]);
        return args[1] as never;
      },
      required(site, exports) {
        if (!seen[site]) returned(site);
        return exports;
      },
    },
  };

  /** @param specifier where the site leaves open what is asked for */
  function start(site: number, specifier: unknown): void {
    const row = sites[site];
    if (row?.[0] !== 'q') return;
    const { 1: importer } = row;
    const target = row[4] ?? targetOf(modules[importer]?.row.path ?? '', specifier);
    const module = typeof target === 'number' ? modules[target] : undefined;
    const fields = {
      importer: modules[importer]?.row.path ?? '',
      loc: locOf(row),
      module: module?.row.path ?? `${target}`,
    };
    const isLogged = admit(isFirstOf(site, target), modules[importer]);
    open[open.length] = {
      site,
      importer,
      target: typeof target === 'number' ? target : -1,
      isFirst: module?.status === 'linked',
      startedAt: host.now(),
      isLogged,
      fields,
    };
    phases.queueCheck();
    if (isLogged)
      log({ type: 'require-start', ...fields, ...(module?.row.phases && { status: module.status }) });
  }

  /** Turning anything but a text into one could run the program's code. */
  function targetOf(importer: string, specifier: unknown): number | string {
    if (typeof specifier !== 'string') return typeof specifier;
    paths ??= indexPaths(modules);
    return moduleNamed(specifier, importer, paths) ?? specifier;
  }

  function end(site: number): void {
    const depth = depthOf((entry) => entry.site === site);
    if (depth < 0) return;
    failAbove(depth);
    const { target, isFirst } = open[depth] as OpenRequire;
    // A body that returned early has not come to its end.
    if (isFirst && modules[target]?.status === 'evaluating') phases.finish(target, true);
    // What has just run, or still runs, shows once more; what is known at run time may be another one each time.
    if (sites[site]?.[4] !== null && !isFirst && modules[target]?.status !== 'evaluating') seen[site] = 1;
    conclude('require-end');
  }

  /** What the module required has failed, if it is open. */
  function backIn(module: number): void {
    const depth = depthOf(({ importer }) => importer === module);
    if (depth >= 0) failAbove(depth - 1);
  }

  function depthOf(isMeant: (entry: OpenRequire) => boolean): number {
    let depth = open.length - 1;
    while (depth >= 0 && !isMeant(open[depth] as OpenRequire)) depth--;
    return depth;
  }

  function failAbove(depth: number): void {
    while (open.length - 1 > depth) {
      const { target, isFirst } = open[open.length - 1] as OpenRequire;
      if (isFirst && modules[target]?.status === 'evaluating') phases.finish(target, false);
      conclude('require-error');
    }
  }

  /** Of the innermost. */
  function conclude(type: 'require-end' | 'require-error'): void {
    const { importer, startedAt, isLogged, fields } = open[open.length - 1] as OpenRequire;
    open.length--;
    const slot = modules[importer];
    if (slot) slot.waited += host.now() - startedAt;
    if (isLogged) log({ type, ...fields });
  }
}
