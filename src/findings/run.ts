/** What the events say of the modules of one build: which started when, which ended, and who read what too early. */
import type { Edges } from '../graph/edges.ts';
import type {
  BindingState,
  ImportEvent,
  Loc,
  ReadEvent,
  RequireEvent,
  TraceEvent,
} from '../protocol/events.ts';
import type { Manifest } from '../protocol/manifest.ts';
import { bindingOf } from './words.ts';

const { assign, create } = Object;

/** A change of a module's phases, or of what is asked for. */
export interface Step {
  type: 'entry' | 'start' | 'end' | 'error' | 'import' | 'imported' | 'read';
  /** Of a `read`: its index in `wrong`. */
  module: number;
  /** Of an `entry` and a `start`. */
  job?: number;
}

/** A read that gave no value, or a function that can't do without its module; and what ran when it happened. */
export interface WrongRead {
  event: ReadEvent;
  importer: number;
  /** The module that declares the binding. */
  exporter: number;
  /** The modules whose bodies run: each has required the next one. Empty in a timer, or after an await in a function. */
  running: readonly number[];
  /** The last binding that the innermost of these has read before, for all that the trace shows. */
  before: ReadEvent | undefined;
  /** The innermost of these has waited at a top-level await before. */
  hasWaited: boolean;
  /** How often it happened. */
  times: number;
  /** It throws natively, and this build shows nothing of that: it dropped the read, or it gave it a value. */
  hidden?: 'dropped' | 'inlined' | 'value' | undefined;
  outcome: Outcome;
  /**
   * Of a read that gave a function: what the body that ran threw next. For all that the trace shows, the function uses
   * a variable of its own module that has no value yet.
   */
  threw?: string;
}

/**
 * What became of the module whose body ran: it threw, for all that the trace shows by this read; it went on; or the
 * events don't say, as those of a timer and those before anything else has happened.
 */
export type Outcome = 'error' | 'end' | 'unknown';

/** An import() that has neither ended nor failed. */
export interface PendingImport {
  seq: number;
  importer: number;
  target: number;
  loc: Loc;
}

export interface Run {
  steps: readonly Step[];
  /** The last event comes from a body that runs. */
  goesOn: boolean;
  /** Modules in the order of their first starts. */
  starts: readonly number[];
  /** By module, where it happened: `seq` of the events of its first run. */
  startOf: readonly (number | undefined)[];
  endOf: readonly (number | undefined)[];
  errorOf: readonly (number | undefined)[];
  /** By module: text of its error, where the host has told it. */
  errors: readonly (string | undefined)[];
  /** By module: where it has waited last, and since which event. */
  waits: readonly ({ seq: number; loc: Loc; until: number } | undefined)[];
  pendingImports: readonly PendingImport[];
  requires: readonly RequireEvent[];
  wrong: readonly WrongRead[];
  /** Reads that modules made while their bodies ran: {@link pairOf} the module and the one that declares the binding. */
  pairs: ReadonlySet<number>;
}

/** The run of a build, and its modules. */
export interface Seen {
  manifest: Manifest;
  run: Run;
  /** By module: those that it requests. */
  requests: Edges;
}

/** What errors say that come of a read of this state, in the words of all engines; other texts are of other errors. */
const WORDS: Readonly<Record<BindingState, readonly string[]>> = {
  uninitialized: ['before initialization'],
  undefined: ['undefined', 'is not a'],
  // A function: what it uses may have been in either.
  initialized: ['before initialization', 'undefined', 'is not a'],
};

/** A number for two modules. */
export const pairOf = (reader: number, exporter: number, { modules }: Manifest): number =>
  reader * modules.length + exporter;

/** @param events of the whole trace, which bundles of one page share */
export function runOf(manifest: Manifest, events: readonly TraceEvent[]): Run {
  const indices = new Map<string, number>();
  for (let i = 0; i < manifest.modules.length; i++) indices.set(manifest.modules[i]?.path ?? '', i);
  const steps: Step[] = [];
  const starts: number[] = [];
  const startOf: (number | undefined)[] = [];
  const endOf: (number | undefined)[] = [];
  const errorOf: (number | undefined)[] = [];
  const errors: (string | undefined)[] = [];
  const waits: ({ seq: number; loc: Loc; until: number } | undefined)[] = [];
  /** By `seq` of its start. */
  const pendingImports = new Map<number | undefined, PendingImport>();
  const requires: RequireEvent[] = [];
  const lastRead: (ReadEvent | undefined)[] = [];
  const wrong: WrongRead[] = [];
  const wrongAt = new Map<string, WrongRead>();
  /** By module whose body runs: the last early read that gave a value. */
  const suspects: (WrongRead | undefined)[] = [];
  const pairs = new Set<number>();
  /** By module: `seq` of the last event that its body made. */
  const lastOf: number[] = [];
  let running: number[] = [];
  const stop = (module: number): void => {
    if (running[running.length - 1] === module) running.pop();
    else running = running.filter((other) => other !== module);
  };

  for (const event of events) {
    const { type } = event;
    const body = running[running.length - 1];
    if (body !== undefined && type !== 'evaluate-error') lastOf[body] = event.seq;
    if (type === 'read') read(event);
    else if (type === 'import-start' || type === 'import-end' || type === 'import-error') imported(event);
    else if (type === 'require-start' || type === 'require-end' || type === 'require-error') required(event);
    else if (type !== 'write' && type !== 'initialize') phase(event);
  }
  return {
    steps,
    goesOn: running.length > 0,
    starts,
    startOf,
    endOf,
    errorOf,
    errors,
    waits,
    pendingImports: [...pendingImports.values()],
    requires,
    wrong: wrong.map((each) => ({ ...each, outcome: outcomeOf(each) })),
    pairs,
  };

  function phase(event: TraceEvent): void {
    const module = indices.get(ownText(event, 'module') ?? '');
    if (module === undefined) return;
    const { seq } = event;
    switch (event.type) {
      case 'entry':
        steps.push({ type: 'entry', module, job: event.job });
        return;
      case 'evaluate-start':
        running.push(module);
        if (startOf[module] !== undefined) return;
        startOf[module] = seq;
        starts.push(module);
        steps.push({ type: 'start', module, job: event.job });
        return;
      case 'evaluate-end':
        stop(module);
        if (endOf[module] !== undefined) return;
        // An error that seemed its own was another's.
        errorOf[module] = undefined;
        endOf[module] = seq;
        steps.push({ type: 'end', module });
        return;
      case 'evaluate-error':
        stop(module);
        if (errorOf[module] !== undefined) return;
        blame(suspects[module], ownText(event, 'error'));
        errorOf[module] = seq;
        errors[module] = ownText(event, 'error');
        steps.push({ type: 'error', module });
        return;
      case 'evaluate-suspend':
        stop(module);
        waits[module] = { seq, loc: event.loc, until: Number.POSITIVE_INFINITY };
        return;
      case 'evaluate-resume': {
        running.push(module);
        const wait = waits[module];
        if (wait) wait.until = seq;
      }
    }
  }

  function imported(event: ImportEvent): void {
    const { type, seq, loc, start } = event;
    const isStart = type === 'import-start';
    if (!isStart) pendingImports.delete(start);
    const target = indices.get(ownText(event, 'module') ?? '');
    if (target === undefined) return;
    steps.push({ type: isStart ? 'import' : 'imported', module: target });
    const importer = indices.get(event.importer);
    if (isStart && importer !== undefined) pendingImports.set(seq, { seq, importer, target, loc });
  }

  function required(event: RequireEvent): void {
    if (indices.has(event.importer)) requires.push(event);
  }

  function read(event: ReadEvent): void {
    const importer = indices.get(event.importer);
    const exporter = indices.get(event.module);
    if (importer === undefined || exporter === undefined) return;
    const reader = running[running.length - 1];
    const isWrong = event.state !== 'initialized';
    if (!isWrong && reader !== undefined) pairs.add(pairOf(reader, exporter, manifest));
    if (isWrong || event.early) {
      const found: WrongRead = {
        event,
        importer,
        exporter,
        running: running.slice(),
        before: reader === undefined ? undefined : lastRead[reader],
        hasWaited: reader !== undefined && waits[reader] !== undefined,
        times: 1,
        outcome: 'unknown',
      };
      if (isWrong) add(found);
      else if (reader !== undefined) suspects[reader] = found;
    }
    lastRead[importer] = event;
  }

  function add(found: WrongRead): void {
    const { file, line, column } = found.event.loc;
    const key = `${file}:${line}:${column} ${found.event.local} ${found.event.state}`;
    const known = wrongAt.get(key);
    if (known) known.times++;
    else {
      steps.push({ type: 'read', module: wrong.length });
      wrongAt.set(key, found);
      wrong.push(found);
    }
  }

  /** A body has failed: where it read a function last, whose module had not ended, it may have failed by calling that. */
  function blame(suspect: WrongRead | undefined, error: string | undefined): void {
    if (!suspect || error === undefined) return;
    const { event, exporter, running: stack } = suspect;
    const isLast = lastOf[stack[stack.length - 1] as number] === event.seq;
    const isFunction = bindingOf(manifest, exporter, event.name)?.kind === 'function';
    if (isLast && isFunction && mayCome(error, event.state)) add({ ...suspect, threw: error });
  }

  function outcomeOf({ event, running: stack }: WrongRead): Outcome {
    const body = stack[stack.length - 1];
    if (body === undefined) return 'unknown';
    const error = errorOf[body];
    if ((lastOf[body] ?? 0) > event.seq) return 'end';
    if (error === undefined || error < event.seq) return 'unknown';
    return mayCome(errors[body], event.state) ? 'error' : 'end';
  }
}

/** Whether an error with this text may come of a read in this state. */
export const mayCome = (text: string | undefined, state: BindingState): boolean =>
  text === undefined || WORDS[state].some((words) => text.includes(words));

/** An own property of an event: a page may have put one on `Object.prototype`. */
const ownText = (event: TraceEvent, name: string): string | undefined => {
  const own: Record<string, unknown> = assign(create(null), event);
  const value = own[name];
  return typeof value === 'string' ? value : undefined;
};
