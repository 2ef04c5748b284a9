/** Part for `require` of CommonJS modules that run when they are required. */
import { partialExports } from '../../findings/partial-exports.ts';
import type { RequireCalls } from '../../protocol/calls.ts';
import type { RequireEvent } from '../../protocol/events.ts';
import { bare } from '../bare.ts';
import { createFirsts } from '../firsts.ts';
import { each, pushAll } from '../list.ts';
import { indexPaths, moduleNamed } from '../specifier.ts';
import type { BuildState, Part, Phases } from '../state.ts';

/** How often the events are looked through while the program runs. */
const LOOKS = 10;

/** A `require` call that, as far as the runtime knows, has neither returned nor thrown. */
interface OpenRequire {
  site: number;
  importer: number;
  /** Index of the required module; -1 for one outside the build. */
  target: number;
  /** The module had not run before. */
  isFirst: boolean;
  startedAt: number;
  /** Its start is in the trace, so its end is logged too. */
  isLogged: boolean;
  fields: Pick<RequireEvent, 'importer' | 'loc' | 'module'>;
}

/**
 * A required module runs on the stack of its importer, so open calls form a stack too: when one further down goes on,
 * those above it have thrown. The realised code has no `try` around the call: it would rethrow the error and show in
 * stack traces.
 */
export default function createRequires(state: BuildState, phases: Phases): Part {
  const { host, modules, sites, seen, locOf, log, admit, safely } = state;
  /** By path: modules that read properties of a module that ran, since they have required it. */
  const due: Record<string, boolean> = bare({});
  let looks = 0;
  const open: OpenRequire[] = [];
  const isFirstOf = createFirsts();
  let paths: Record<string, number> | undefined;
  const requiring = safely(start);
  const returned = safely(end);
  return {
    backIn,
    idle: () => failAbove(-1),
    find: (seen, found) => pushAll(found, partialExports(seen)),
    event(event) {
      // What a module that failed has read depends on its error, of which the host tells later.
      if (event.type !== 'evaluate-end' || !due[event.module] || !state.findings || looks >= LOOKS) return;
      due[event.module] = false;
      looks++;
      each(partialExports(state.findings.seen()), (finding) => {
        if (finding.severity !== 'info' && finding.modules[0] === event.module) state.tell('found', finding);
      });
    },
    calls: {
      requiring(...args) {
        requiring(args[0], args[1]);
        return args[1] as never;
      },
      required(site, exports) {
        if (!seen[site]) returned(site);
        return exports;
      },
    } satisfies RequireCalls,
  };

  /** @param specifier the argument of `require` where the target is known only at run time */
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
    if (module?.status === 'evaluating' && modules[importer]?.row.requires) due[fields.importer] = true;
    if (isLogged)
      log({ type: 'require-start', ...fields, ...(module?.row.phases && { status: module.status }) });
  }

  /** Converting a value that is no string could run code of the program. */
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
    // A body with an early return did not come to its `end` call.
    if (isFirst && modules[target]?.status === 'evaluating') phases.finish(target, true);
    // A module that has just run, or still runs, is logged once more. A target known only at run time may change each
    // time, so its site is always logged.
    if (sites[site]?.[4] !== null && !isFirst && modules[target]?.status !== 'evaluating') seen[site] = 1;
    conclude('require-end');
  }

  /** Fails the open calls of a module whose code runs on: the required modules have thrown. */
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

  /** Closes the innermost open call. */
  function conclude(type: 'require-end' | 'require-error'): void {
    const { importer, startedAt, isLogged, fields } = open[open.length - 1] as OpenRequire;
    open.length--;
    const slot = modules[importer];
    if (slot) slot.waited += host.now() - startedAt;
    if (isLogged) log({ type, ...fields });
  }
}
