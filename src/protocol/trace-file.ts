/** The lines of a trace file: each is the JSON of one of these objects. */
import type { TraceEvent } from './events.ts';
import type { Manifest } from './manifest.ts';

/** Version of the file's shape. A reader of this version reads no newer one. */
export const TRACE_FILE_VERSION = 1;

/** The first line. */
export interface TraceFileHeader {
  type: 'trace';
  /** Version of the file's shape, from 1. */
  version: number;
  /** Version of the events, from 1: `version` of the trace. */
  protocol: number;
  /** Milliseconds since the epoch at which `time` of the events is 0. */
  began: number;
  /** Id of the process; absent in a page. */
  process?: number;
}

/** A build that has joined the trace: comes before its first event. */
export interface TraceFileBuild {
  type: 'build';
  /** As far as the bundle carries it. */
  manifest: Manifest;
}

/**
 * The program has come to its exit. A file without it was cut, or the program was killed. Events of the program's own
 * listeners for the exit may follow, each with a further one.
 */
export interface TraceFileEnd {
  type: 'end';
  /** `dropped` of the trace. */
  dropped: number;
  /** `failures` of the trace. */
  failures: number;
}

/**
 * A line of a trace file; `type` decides which. An event may come a second time, with the same `seq`: an
 * `evaluate-error` whose text the host has told later. The second one counts.
 */
export type TraceFileLine = TraceFileHeader | TraceFileBuild | TraceEvent | TraceFileEnd;
