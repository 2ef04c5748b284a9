/** Dynamic imports: the requests, and what becomes of them as far as that can be seen without touching a promise. */
import type { ImportEvent, SiteRow } from '../protocol.ts';
import type { ModuleSlot } from './modules.ts';
import { linkOrder, reaches } from './requests.ts';
import type { BuildState } from './state.ts';

type ImportRow = Extract<SiteRow, ['d', ...unknown[]]>;

/** A request whose outcome has not been seen. */
interface Pending {
  /** Of its `import-start`. */
  seq: number;
  row: ImportRow;
  /** Fields of its events that say what was asked for. */
  asked: Pick<ImportEvent, 'module' | 'specifier'>;
}

export interface Imports {
  start(site: number, hasSpecifier: boolean, specifier: unknown): void;
  /** The program waits for the promise on the spot: it has a reaction already, or gets one at once. */
  watch(site: number, promise: unknown): void;
  /** A module has ended, or failed with an error of which the text may be known. */
  ended(index: number): void;
  failed(index: number, error: string | undefined): void;
}

/** @param fail tells the phases of an error that reached the import of a module */
export function createImports(
  { realm, table, modules, sites, locOf, log }: BuildState,
  fail: (error: string, target: number | undefined) => void,
): Imports {
  let pending: Pending[] = [];
  /** By site: the request that was made last. */
  const last: (Pending | undefined)[] = [];
  return { start, watch, ended, failed };

  function start(site: number, hasSpecifier: boolean, specifier: unknown): void {
    const row = sites[site];
    if (row?.[0] !== 'd') return;
    const target = row[4];
    const module = targetOf(row);
    const name = hasSpecifier ? specifier : target;
    // Turning anything but a text into one could run the program's code.
    const specifierOnly = typeof name === 'string' ? { specifier: name } : {};
    const asked = module ? { module: module.row.path } : specifierOnly;
    if (module) module.isRequested = true;
    const { seq } = log({
      type: 'import-start',
      importer: importerOf(row),
      loc: locOf(row),
      ...asked,
      ...(module?.row.phases && { status: module.status }),
    });
    const request: Pending = { seq, row, asked };
    last[site] = request;
    if (row[5]) return;
    // Of its own chunk Rollup has the namespace at hand: the promise is fulfilled, whatever becomes of the module.
    if (module && module.row.chunk === modules[row[1]]?.row.chunk)
      realm.host.microtask(() => conclude(request));
    // What has failed may reject this request too, or run again.
    else if (typeof target === 'number' && hasFailed(target)) return;
    else if (typeof target === 'number' && isOver(target)) conclude(request);
    else pending[pending.length] = request;
  }

  function watch(site: number, promise: unknown): void {
    const request = last[site];
    if (!request) return;
    last[site] = undefined;
    const { row } = request;
    const isWatched = realm.host.onSettled(
      promise,
      () => conclude(request),
      (error) => {
        fail(error, typeof row[4] === 'number' ? row[4] : undefined);
        conclude(request, { error });
      },
    );
    if (!isWatched) pending[pending.length] = request;
  }

  function ended(index: number): void {
    settle(({ 4: target }) => target === index || (isBarrel(target) && isOver(target)));
  }

  /** An import fails with any module of its graph. */
  function failed(index: number, error: string | undefined): void {
    settle((row) => typeof row[4] === 'number' && reaches(table.modules, row[4], index), {
      ...(error !== undefined && { error }),
    });
  }

  function settle(isMeant: (row: ImportRow) => boolean, failure?: { error?: string }): void {
    if (!pending.length) return;
    const left: Pending[] = [];
    for (let i = 0; i < pending.length; i++) {
      const request = pending[i] as Pending;
      if (isMeant(request.row)) conclude(request, failure);
      else left[left.length] = request;
    }
    pending = left;
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

  function targetOf(row: ImportRow): ModuleSlot | undefined {
    return typeof row[4] === 'number' ? modules[row[4]] : undefined;
  }

  function importerOf(row: ImportRow): string {
    return modules[row[1]]?.row.path ?? '';
  }

  /** A module has failed that is evaluated with this one: of its chunk, or of its graph. */
  function hasFailed(index: number): boolean {
    const chunk = modules[index]?.row.chunk;
    for (let i = 0; i < modules.length; i++) {
      const { row, status } = modules[i] as ModuleSlot;
      if (status === 'errored' && row.chunk === chunk) return true;
    }
    return hasInGraph(index, ({ status }) => status === 'errored');
  }

  function isBarrel(target: ImportRow[4]): target is number {
    return typeof target === 'number' && modules[target]?.row.phases !== true;
  }

  /** Nothing of it will run: of a module that shows no end, as a barrel, nothing of what it requests. */
  function isOver(index: number): boolean {
    if (modules[index]?.row.phases === true) return modules[index].status === 'evaluated';
    return !hasInGraph(index, ({ row, status }) => row.phases === true && status !== 'evaluated');
  }

  function hasInGraph(index: number, isMeant: (module: ModuleSlot) => boolean): boolean {
    const graph = linkOrder(table.modules, index, []);
    for (let i = 0; i < graph.length; i++) {
      if (isMeant(modules[graph[i] as number] as ModuleSlot)) return true;
    }
    return false;
  }
}
