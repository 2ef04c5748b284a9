/** Part for dynamic imports: logs each request, and its outcome where that shows without touching the promise. */

import { linkOrder } from '../../graph/link-order.ts';
import { reachedFrom } from '../../graph/paths.ts';
import type { ImportCalls } from '../../protocol/calls.ts';
import type { ImportEvent } from '../../protocol/events.ts';
import type { SiteRow } from '../../protocol/tables.ts';
import { createFirsts } from '../firsts.ts';
import type { ModuleSlot } from '../modules.ts';
import { onSettled } from '../settled.ts';
import type { BuildState, Part, Phases } from '../state.ts';

type ImportRow = Extract<SiteRow, ['d', ...unknown[]]>;

/** A logged request whose outcome is open. */
interface Pending {
  /** `seq` of its `import-start` event. */
  seq: number;
  row: ImportRow;
  /** The fields of its events that name the target. */
  asked: Pick<ImportEvent, 'module' | 'specifier'>;
}

const { create } = Object;

export default function createImports(
  { host, requests, requesters, modules, sites, locOf, log, admit, safely }: BuildState,
  { fail }: Phases,
): Part {
  /** By index of the target: open requests that end or fail with that module. */
  const pending: (Pending[] | undefined)[] = [];
  /** Indices of the targets that have open requests. */
  let targets: number[] = [];
  /** By number of the site: the request made last, until `imported` gets its promise. */
  const last: (Pending | undefined)[] = [];
  const isFirst = createFirsts();
  /** By index of a barrel: a module of its graph that had not ended at the last check; -1 where all had. */
  const unended: (number | undefined)[] = [];
  /** Indices of failed modules, each once. */
  let failures: number[] = [];
  const isListed: boolean[] = [];
  /** Modules that reach a failed one, and chunks that hold one; computed when needed. */
  let doomed: { modules: boolean[]; chunks: Record<string, true> } | undefined;
  const importing = safely(start);
  const watched = safely(watch);
  return {
    ended,
    failed,
    calls: {
      importing(...args) {
        importing(args[0], args.length > 1, args[1]);
        return args[1] as never;
      },
      imported(site, promise) {
        watched(site, promise);
        return promise;
      },
    } satisfies ImportCalls,
  };

  function start(site: number, hasSpecifier: boolean, specifier: unknown): void {
    const row = sites[site];
    if (row?.[0] !== 'd') return;
    const { 1: importer, 4: target, 5: isAwaited } = row;
    const module = typeof target === 'number' ? modules[target] : undefined;
    if (module) module.isRequested = true;
    if (!admit(isFirst(site, target), modules[importer])) return;
    const name = hasSpecifier ? specifier : target;
    // Converting a value that is no string could run code of the program.
    const specifierOnly = typeof name === 'string' ? { specifier: name } : {};
    const asked = module ? { module: module.row.path } : specifierOnly;
    const { seq } = log({
      type: 'import-start',
      importer: importerOf(row),
      loc: locOf(row),
      ...asked,
      ...(module?.row.phases && { status: module.status }),
    });
    if (isAwaited) last[site] = { seq, row, asked };
    else follow({ seq, row, asked });
  }

  /** Called where the program itself reacts to the promise at once, so that a reaction of ours hides no rejection. */
  function watch(site: number, promise: unknown): void {
    const request = last[site];
    if (!request) return;
    last[site] = undefined;
    const { 4: target } = request.row;
    const isWatched = onSettled(
      promise,
      () => conclude(request),
      (thrown) => {
        const error = host.textOf(thrown);
        fail(error, typeof target === 'number' ? target : undefined);
        conclude(request, { error });
      },
    );
    if (!isWatched) follow(request);
  }

  /** Lets the request end or fail with its target module. */
  function follow(request: Pending): void {
    const { 1: importer, 4: target } = request.row;
    if (typeof target !== 'number') return;
    // For a module of the same chunk Rollup prints a resolved promise: it is fulfilled even if the module fails.
    if (modules[target]?.row.chunk === modules[importer]?.row.chunk) host.microtask(() => conclude(request));
    // The failure may reject this request too, or the module may run again: the outcome stays open.
    else if (hasFailed(target)) return;
    else if (isOver(target)) conclude(request);
    else {
      const others = pending[target];
      if (others) others[others.length] = request;
      else {
        pending[target] = [request];
        targets[targets.length] = target;
      }
    }
  }

  function ended(index: number): void {
    settle((target) => target === index || (isBarrel(target) && isOver(target)));
  }

  /** An import fails with each module of its graph. */
  function failed(index: number, error: string | undefined): void {
    if (!isListed[index]) {
      isListed[index] = true;
      failures[failures.length] = index;
      doomed = undefined;
    }
    if (!targets.length) return;
    const importers = reachedFrom(requesters(), [index]);
    settle((target) => importers[target] === true, { ...(error !== undefined && { error }) });
  }

  function settle(isMeant: (target: number) => boolean, failure?: { error?: string }): void {
    const left: number[] = [];
    const all = targets;
    targets = left;
    for (let i = 0; i < all.length; i++) {
      const target = all[i] as number;
      if (!isMeant(target)) {
        left[left.length] = target;
        continue;
      }
      const settled = pending[target] ?? [];
      pending[target] = undefined;
      for (let j = 0; j < settled.length; j++) conclude(settled[j] as Pending, failure);
    }
  }

  function conclude({ seq, row, asked }: Pending, failure?: { error?: string }): void {
    log({
      type: failure ? 'import-error' : 'import-end',
      importer: importerOf(row),
      loc: locOf(row),
      ...asked,
      start: seq,
      ...failure,
    });
  }

  function importerOf(row: ImportRow): string {
    return modules[row[1]]?.row.path ?? '';
  }

  /** Whether a module of the same chunk or of the module's graph has failed. */
  function hasFailed(index: number): boolean {
    const still: number[] = [];
    for (let i = 0; i < failures.length; i++) {
      const failure = failures[i] as number;
      // A CommonJS module may have run again since.
      isListed[failure] = modules[failure]?.status === 'errored';
      if (isListed[failure]) still[still.length] = failure;
    }
    if (still.length !== failures.length) doomed = undefined;
    failures = still;
    if (!failures.length) return false;
    doomed ??= { modules: reachedFrom(requesters(), failures), chunks: chunksOf(failures) };
    return doomed.modules[index] === true || doomed.chunks[modules[index]?.row.chunk ?? ''] === true;
  }

  function chunksOf(list: readonly number[]): Record<string, true> {
    const chunks: Record<string, true> = create(null);
    for (let i = 0; i < list.length; i++) {
      const { chunk } = (modules[list[i] as number] as ModuleSlot).row;
      if (chunk !== undefined) chunks[chunk] = true;
    }
    return chunks;
  }

  function isBarrel(target: number): boolean {
    return modules[target]?.row.phases !== true;
  }

  /** Whether the module has ended; for a barrel, which shows no end, whether all modules of its graph have. */
  function isOver(index: number): boolean {
    if (!isBarrel(index)) return modules[index]?.status === 'evaluated';
    const known = unended[index];
    if (known !== undefined && (known < 0 || !hasEnded(known))) return known < 0;
    const graph = linkOrder(requests, index, []);
    // From the back: the module that is linked last usually ends last.
    let at = graph.length - 1;
    while (at >= 0 && hasEnded(graph[at] as number)) at--;
    unended[index] = graph[at] ?? -1;
    return at < 0;
  }

  function hasEnded(index: number): boolean {
    const { row, status } = modules[index] as ModuleSlot;
    return row.phases !== true || status === 'evaluated';
  }
}
