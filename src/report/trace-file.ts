/** Lines of a trace file → the trace, and back. */
import { newerTrace, notATrace, toError } from '../errors.ts';
import type { TraceEvent } from '../protocol/events.ts';
import type { Manifest } from '../protocol/manifest.ts';
import { PROTOCOL_VERSION } from '../protocol/trace.ts';
import { TRACE_FILE_VERSION, type TraceFileHeader, type TraceFileLine } from '../protocol/trace-file.ts';
import { faultOf } from './shapes.ts';

/** What a trace file has. */
export interface RecordedTrace {
  header: TraceFileHeader;
  /** The builds that made it, as far as their bundles tell. */
  builds: readonly Manifest[];
  /** By `seq`. */
  events: readonly TraceEvent[];
  /** As the program's end tells: 0 where the file has no end. */
  dropped: number;
  failures: number;
  /** The program came to its exit. */
  isComplete: boolean;
  /** Lines that were left out. */
  damage: readonly Damage[];
}

export interface Damage {
  /** 1-based. */
  line: number;
  reason: string;
}

/**
 * Throws an error with `code`: `NOT_A_TRACE` where the first line is no header, `NEWER_TRACE` where a newer version wrote
 * the file. A line that is cut or corrupt is left out.
 *
 * @param source the text of the file, or its lines
 */
export function readTraceFile(source: string | Iterable<string>): RecordedTrace {
  const builds: Manifest[] = [];
  const damage: Damage[] = [];
  const bySeq = new Map<number, TraceEvent>();
  let header: TraceFileHeader | undefined;
  let end = { dropped: 0, failures: 0 };
  let isComplete = false;
  let isSorted = true;
  let last = -1;
  let number = 0;
  for (const line of typeof source === 'string' ? linesOf(source) : source) {
    number++;
    if (!header) {
      header = headerIn(line);
      continue;
    }
    if (line.trim() === '') continue;
    isComplete = false;
    const found = parsed(line);
    const fault = typeof found === 'string' ? found : add(found);
    if (fault !== undefined) damage.push({ line: number, reason: fault });
  }
  if (!header) throw toError(notATrace(''));
  const events = [...bySeq.values()];
  if (!isSorted) events.sort((a, b) => a.seq - b.seq);
  const atEnd = damage.at(-1);
  if (atEnd?.line === number && atEnd.reason === NO_JSON) atEnd.reason = CUT;
  return { header, builds, events, ...end, isComplete, damage };

  /** Says what is wrong. */
  function add(line: TraceFileLine): string | undefined {
    if (line.type === 'trace') return 'another trace begins here';
    if (line.type === 'build') builds.push(line.manifest);
    else if (line.type === 'end') {
      isComplete = true;
      end = { dropped: line.dropped, failures: line.failures };
    } else {
      const known = bySeq.get(line.seq);
      if (known && !(known.type === 'evaluate-error' && line.type === known.type))
        return `there is an event ${line.seq} already`;
      isSorted &&= line.seq > last || known !== undefined;
      last = Math.max(last, line.seq);
      bySeq.set(line.seq, line);
    }
    return undefined;
  }
}

const NO_JSON = 'it is no JSON';
const CUT = 'the file ends in the middle of it';

/** The line, or what is wrong with it. */
function parsed(line: string): TraceFileLine | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return NO_JSON;
  }
  return faultOf(value) ?? (value as TraceFileLine);
}

function headerIn(line: string): TraceFileHeader {
  const found = parsed(line);
  if (typeof found === 'string' || found.type !== 'trace') throw toError(notATrace(line));
  if (found.version > TRACE_FILE_VERSION)
    throw toError(newerTrace('file', found.version, TRACE_FILE_VERSION));
  if (found.protocol > PROTOCOL_VERSION)
    throw toError(newerTrace('protocol', found.protocol, PROTOCOL_VERSION));
  return found;
}

function* linesOf(text: string): Iterable<string> {
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf('\n', at);
    const end = next < 0 ? text.length : next;
    yield text.slice(at, end);
    at = end + 1;
  }
}

/** The lines of a file that has this trace: builds come first. */
export function* traceFileLines(recorded: Omit<RecordedTrace, 'damage'>): Iterable<string> {
  const { header, builds, events, dropped, failures, isComplete } = recorded;
  yield JSON.stringify(header);
  for (const manifest of builds) yield JSON.stringify({ type: 'build', manifest });
  for (const event of events) yield JSON.stringify(event);
  if (isComplete) yield JSON.stringify({ type: 'end', dropped, failures });
}
