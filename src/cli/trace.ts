/** Trace files, read whole. */
import { readFileSync } from 'node:fs';
import { ends } from '../report/ends.ts';
import { type RecordedTrace, readTraceFile } from '../report/trace-file.ts';
import { Failure, fileFailure } from './failure.ts';
import { tell } from './terminal.ts';

/** Warnings about single lines. */
const SHOWN = 5;

/** @throws {Failure} where there is no such file, or it is no trace that this version reads */
export function readTrace(path: string): RecordedTrace {
  const recorded = parsed(path);
  const { damage, events, isComplete } = recorded;
  for (const { line, reason } of damage.slice(0, SHOWN))
    tell(`${path}:${line} is left out: ${reason}`, 'warn');
  if (damage.length > SHOWN) tell(`${path}: ${damage.length - SHOWN} more lines are left out`, 'warn');
  if (damage.length > 0) tell(`${path}: kept ${events.length} events`, 'warn');
  else if (!isComplete) tell(`${path} has no end: the program was killed, or still runs`, 'warn');
  return recorded;
}

/** As {@link readTrace}, for what judges a trace: tells what kept the program from its end. */
export function readJudged(path: string): RecordedTrace {
  const recorded = readTrace(path);
  for (const text of ends(recorded)) tell(text, 'warn');
  return recorded;
}

function parsed(path: string): RecordedTrace {
  let text: string;
  try {
    // An editor may have put a byte order mark there.
    text = readFileSync(path, 'utf8').replace(/^\ufeff/, '');
  } catch (error) {
    throw fileFailure('read', path, error);
  }
  try {
    return readTraceFile(text);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (code === 'NOT_A_TRACE' || code === 'NEWER_TRACE') throw new Failure(`${path}: ${message}`);
    throw error;
  }
}
