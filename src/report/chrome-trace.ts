/**
 * A recorded trace → Chrome's Trace Event Format, for Perfetto, chrome://tracing and speedscope. Times are in microseconds.
 * (https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU)
 */
import type { ModuleStatus, ReadEvent, TraceEvent } from '../protocol/events.ts';
import type { RecordedTrace } from './trace-file.ts';

interface EventBase {
  name: string;
  pid: number;
  tid: number;
}

/** Names a process or a thread. */
export interface ChromeMetadata extends EventBase {
  ph: 'M';
  args: { name: string };
}

interface TimedBase extends EventBase {
  cat: string;
  ts: number;
}

/** A span. Those of one thread are disjoint or nested. */
export interface ChromeSpan extends TimedBase {
  ph: 'X';
  dur: number;
  args: Record<string, unknown>;
}

/** A point of a thread. */
export interface ChromeInstant extends TimedBase {
  ph: 'i';
  /** Of the thread. */
  s: 't';
  args: Record<string, unknown>;
}

/** An arrow begins (`s`) or ends (`f`) at the span around it. */
export interface ChromeFlow extends TimedBase {
  ph: 's' | 'f';
  id: number;
  bp: 'e';
}

/** A span of no thread begins or ends. */
export interface ChromeAsync extends TimedBase {
  ph: 'b' | 'e';
  id: number;
  args: Record<string, unknown>;
}

export type ChromeEvent = ChromeMetadata | ChromeSpan | ChromeInstant | ChromeFlow | ChromeAsync;

export interface ChromeTrace {
  displayTimeUnit: 'ms';
  /** Names first, then by time. */
  traceEvents: ChromeEvent[];
}

/** A run of a module's body. */
interface Run {
  module: string;
  chunk: string;
  status: ModuleStatus;
  error?: string | undefined;
  pieces: Piece[];
  hasWaited: boolean;
}

/** It runs without a pause, or waits. */
interface Piece {
  run: Run;
  start: number;
  end: number;
  /** Where it waits: file, line and column. */
  wait?: string;
  tid: number;
}

/** A read that gave no value. */
interface Early {
  event: ReadEvent;
  ts: number;
  /** What ran; undefined in a timer. */
  body: Piece | undefined;
}

interface Import {
  id: number;
  name: string;
  start: number;
  end: number;
  args: Record<string, unknown>;
}

const MODULES = 'modules';
/** So late that further microseconds can be counted. */
const LAST = 2 ** 52;
/** Of the track for modules that do not wait. */
const MAIN = 1;

export function chromeTrace({ header, builds, events }: RecordedTrace): ChromeTrace {
  const pid = header.process ?? 1;
  const { runs, earlies, imports, errors } = seenIn(events);
  const requests = new Map(
    builds.flatMap(({ modules }) =>
      modules.map(({ path, requests }) => [path, requests.map(({ module }) => modules[module]?.path)]),
    ),
  );
  const names = placed(runs);
  const piecesOf = new Map<string, Piece[]>();
  for (const { module, pieces } of runs) {
    const known = piecesOf.get(module);
    if (known) known.push(...pieces);
    else piecesOf.set(module, [...pieces]);
  }
  const at = (tid: number, ts: number, name: string, cat: string) => ({ name, cat, ts, pid, tid });
  const spans = runs.flatMap(({ module, chunk, status, error, pieces }) =>
    pieces.map(
      ({ start, end, wait, tid }): ChromeSpan => ({
        ...at(
          tid,
          start,
          wait === undefined ? module : `await at ${wait}`,
          wait === undefined ? 'module' : 'await',
        ),
        ph: 'X',
        dur: end - start,
        args: { status, ...(error !== undefined && { error }), chunk, requests: requests.get(module) ?? [] },
      }),
    ),
  );
  const timed = [
    ...spans,
    ...errors.map(
      ({ piece, ts }): ChromeInstant => ({
        ...at(piece.tid, ts, `${piece.run.module} failed`, 'error'),
        ph: 'i',
        s: 't',
        args: { error: piece.run.error ?? null },
      }),
    ),
    ...earlies.map(({ event, ts, body }): ChromeInstant => {
      const { importer, local, module, name, state, loc } = event;
      return {
        ...at(body?.tid ?? MAIN, ts, `early read of ${name}`, 'early read'),
        ph: 'i',
        s: 't',
        args: { importer, local, module, state, loc },
      };
    }),
    ...earlies.flatMap((early) => arrowOf(early)),
    ...imports.flatMap(({ id, name, start, end, args }): ChromeAsync[] => [
      { ...at(MAIN, start, name, 'import'), ph: 'b', id, args },
      { ...at(MAIN, end, name, 'import'), ph: 'e', id, args: {} },
    ]),
  ];
  // Of those that begin at one time, the outer one first.
  const length = (event: (typeof timed)[number]): number => (event.ph === 'X' ? event.dur : -1);
  timed.sort((a, b) => a.ts - b.ts || length(b) - length(a));
  const named = (name: string, tid: number, text: string): ChromeMetadata => ({
    name,
    ph: 'M',
    pid,
    tid,
    args: { name: text },
  });
  return {
    displayTimeUnit: 'ms',
    traceEvents: [
      named('process_name', MAIN, 'module-phases'),
      ...names.map((name, index) => named('thread_name', MAIN + index, name)),
      ...timed,
    ],
  };

  /** From what ran at the read to where the module runs next that had not run. */
  function arrowOf({ event, ts, body }: Early): ChromeFlow[] {
    if (!body) return [];
    const next = piecesOf
      .get(event.module)
      ?.find((piece) => piece.wait === undefined && piece.start >= ts && piece !== body);
    if (!next) return [];
    const flow = { id: event.seq, bp: 'e' as const };
    return [
      { ...at(body.tid, ts, 'early read', 'early read'), ph: 's', ...flow },
      { ...at(next.tid, next.start, 'early read', 'early read'), ph: 'f', ...flow },
    ];
  }
}

/** Follows the events. */
function seenIn(events: readonly TraceEvent[]) {
  const runs: Run[] = [];
  const earlies: Early[] = [];
  const imports: Import[] = [];
  const errors: { piece: Piece; ts: number }[] = [];
  /** By module: what is open. */
  const open = new Map<string, Piece>();
  /** What runs, the innermost last. */
  const running: Piece[] = [];
  const pending = new Map<number, Import>();
  let ts = -1;

  for (const event of events) {
    // A clock may be put back. And one that is coarse must not make bodies that ran one after the other nest.
    const isStep = event.type.startsWith('evaluate-');
    ts = Math.max(0, ts + (isStep ? 1 : 0), Math.min(Math.round(event.time * 1000), LAST));
    see(event);
  }
  for (const [module] of open) close(module);
  for (const started of pending.values()) started.end = ts;
  return { runs, earlies, imports, errors };

  function see(event: TraceEvent): void {
    switch (event.type) {
      case 'evaluate-start': {
        const { module, chunk } = event;
        close(module);
        const run: Run = { module, chunk, status: 'evaluating', pieces: [], hasWaited: false };
        runs.push(run);
        begin(run);
        return;
      }
      case 'evaluate-suspend': {
        const { file, line, column } = event.loc;
        const run = close(event.module)?.run;
        if (!run) return;
        run.status = 'evaluating-async';
        run.hasWaited = true;
        begin(run, `${file}:${line}:${column + 1}`);
        return;
      }
      case 'evaluate-resume': {
        const run = close(event.module)?.run;
        if (!run) return;
        run.status = 'evaluating';
        begin(run);
        return;
      }
      case 'evaluate-end':
      case 'evaluate-error': {
        const piece = close(event.module);
        if (!piece) return;
        piece.run.status = event.type === 'evaluate-end' ? 'evaluated' : 'errored';
        if (event.type === 'evaluate-end') return;
        piece.run.error = event.error;
        errors.push({ piece, ts });
        return;
      }
      case 'read':
        if (event.state !== 'initialized') earlies.push({ event, ts, body: running.at(-1) });
        return;
      case 'import-start': {
        const { seq, importer, module, specifier } = event;
        const started: Import = {
          id: seq,
          name: `import ${module ?? specifier ?? ''}`.trimEnd(),
          start: ts,
          end: ts,
          args: { importer, status: 'pending' },
        };
        imports.push(started);
        pending.set(seq, started);
        return;
      }
      case 'import-end':
      case 'import-error': {
        const started = pending.get(event.start ?? -1);
        if (!started) return;
        pending.delete(started.id);
        started.end = ts;
        started.args.status = event.type === 'import-end' ? 'fulfilled' : 'rejected';
        if (event.error !== undefined) started.args.error = event.error;
      }
    }
  }

  function begin(run: Run, wait?: string): void {
    const piece: Piece = { run, start: ts, end: ts, tid: MAIN, ...(wait !== undefined && { wait }) };
    run.pieces.push(piece);
    open.set(run.module, piece);
    if (wait === undefined) running.push(piece);
  }

  function close(module: string): Piece | undefined {
    const piece = open.get(module);
    if (!piece) return undefined;
    piece.end = ts;
    open.delete(module);
    const index = running.lastIndexOf(piece);
    if (index >= 0) running.splice(index, 1);
    return piece;
  }
}

/**
 * Puts each piece on a track, and returns the tracks' names. Modules that wait have one each, all others share one; what
 * overlaps there without being nested, as a module whose error is told late, goes to another of the same name.
 */
function placed(runs: readonly Run[]): string[] {
  const names = [MODULES];
  /** By tid: ends of the spans that are open, the innermost last. */
  const ends: number[][] = [[]];
  /** By name: the tids of its tracks. */
  const tracks = new Map<string, number[]>([['', [0]]]);
  const pieces = runs.flatMap((run) => run.pieces);
  pieces.sort((a, b) => a.start - b.start || b.end - a.end);
  for (const piece of pieces) {
    const { module, hasWaited } = piece.run;
    // No module has the name of the shared track.
    const key = hasWaited ? `/${module}` : '';
    const own = tracks.get(key) ?? [];
    tracks.set(key, own);
    let index = own.find((track) => fits(ends[track] ?? [], piece));
    if (index === undefined) {
      index = names.length;
      names.push(hasWaited ? module : MODULES);
      ends.push([]);
      own.push(index);
    }
    ends[index]?.push(piece.end);
    piece.tid = MAIN + index;
  }
  return names;
}

/** Leaves the spans that have ended. */
function fits(ends: number[], { start, end }: Piece): boolean {
  while ((ends.at(-1) ?? Number.POSITIVE_INFINITY) <= start) ends.pop();
  return (ends.at(-1) ?? Number.POSITIVE_INFINITY) >= end;
}
