/** The trace of a page or process: one object, shared by all bundles whose runtimes speak the same protocol version. */
import { noBuildWith } from '../findings/why.ts';
import type { Installed, SharedTrace, Sink, TracedBuild, Tracer } from '../protocol/calls.ts';
import type { TraceEvent } from '../protocol/events.ts';
import type { Finding } from '../protocol/finding.ts';
import { PROTOCOL_VERSION, TRACE_KEY, type Trace, type TracedModule } from '../protocol/trace.ts';
import { TRACE_FILE_VERSION, type TraceFileHeader, type TraceFileLine } from '../protocol/trace-file.ts';
import { bare } from './bare.ts';
import { attempt, type Globals } from './globals.ts';
import type { Host } from './host.ts';
import { jsonLines } from './json.ts';
import { each, push, without } from './list.ts';
import { createFile, NEEDED, save } from './sinks/file.ts';

type CreateTracer = (shared: SharedTrace) => Tracer;

const KEY = Symbol.for(TRACE_KEY);
const { defineProperty } = Object;
const { apply } = Reflect;
const { round } = Math;
const { now } = Date;

/**
 * Finds the installed trace, or installs one, and creates this build's tracer on it. `core` calls it once per build,
 * before any module of the build runs.
 */
export function connect(host: Host, createTracer: CreateTracer): Tracer {
  let isFree = false;
  try {
    const installed = (globalThis as { [KEY]?: Installed })[KEY];
    if (installed?.version === PROTOCOL_VERSION) return installed.connect(createTracer);
    isFree = installed === undefined;
  } catch {
    // Something else is at the key, and throws.
  }
  const trace = createTrace(host);
  if (isFree) {
    try {
      defineProperty(globalThis, KEY, bare({ value: trace, configurable: true, writable: true }));
    } catch {
      // The global object is frozen: this build traces on its own, and only its console shows it.
    }
  }
  return trace.connect(createTracer);
}

/** Registers one listener with the host for all builds: Node warns when an event has more than ten. */
function fanOut<T extends unknown[]>(
  listen: (listener: (...args: T) => void) => void,
): (listener: (...args: T) => void) => void {
  const listeners: ((...args: T) => void)[] = [];
  return (listener) => {
    if (!listeners.length) {
      listen((...args) => each(listeners, (hear) => apply(hear, undefined, args)));
    }
    push(listeners, listener);
  };
}

function createTrace(host: Host): Installed {
  const began = host.now();
  const events: TraceEvent[] = [];
  const modules: Record<string, TracedModule> = Object.create(null);
  /** Unsubscribing clears `hear` too, so that a listener gets nothing of an event that is being delivered. */
  let listeners: { hear?: ((event: TraceEvent) => void) | undefined }[] = [];
  const builds: TracedBuild[] = [];
  const sinks: Sink[] = [];
  let hasFile = false;
  let isOver = false;
  /** Counts the events under `limit`, over all builds. */
  let admitted = 0;
  let dropped = 0;
  let failures = 0;

  const { node } = host;
  const header: TraceFileHeader = bare({
    type: 'trace',
    version: TRACE_FILE_VERSION,
    protocol: PROTOCOL_VERSION,
    began: now(),
    ...(node && { process: node.pid }),
  });

  const shared: SharedTrace = {
    modules,
    get trace() {
      return trace;
    },
    log(content) {
      const event = {
        seq: events.length,
        time: round((host.now() - began) * 1e3) / 1e3,
        ...content,
      } as TraceEvent;
      push(events, event);
      // Before the subscribers, which may make events of their own.
      tell(event);
      each(listeners, ({ hear }) => {
        try {
          if (hear) apply(hear, undefined, [event]);
        } catch {
          failures++;
        }
      });
      if (isOver) tell(end());
      return event;
    },
    retell(event) {
      tell(event);
      if (isOver) tell(end());
    },
    admit(limit, isVital) {
      const isAdmitted = isVital || admitted < limit;
      if (isAdmitted) admitted++;
      else dropped++;
      return isAdmitted;
    },
    onExit: fanOut(host.onExit),
    onError: fanOut(host.onError),
    join(build) {
      push(builds, build);
      // The manifest takes methods that a page may have patched.
      if (sinks.length) attempt(() => tell(lineOf(build)));
    },
    addSink,
    fail() {
      failures++;
    },
  };

  const trace: Trace = {
    version: PROTOCOL_VERSION,
    events,
    modules,
    get dropped() {
      return dropped;
    },
    get failures() {
      return failures;
    },
    subscribe(listener) {
      const subscription: { hear?: typeof listener | undefined } = bare({ hear: listener });
      push(listeners, subscription);
      return () => {
        subscription.hear = undefined;
        listeners = without(listeners, subscription);
      };
    },
    explain() {
      const findings: Finding[] = [];
      each(builds, ({ explain }) => {
        try {
          each(explain(), (finding) => push(findings, finding));
        } catch {
          // The findings of the other builds are worth having.
          failures++;
        }
      });
      return findings;
    },
    why(first, second) {
      for (let i = 0; i < builds.length; i++) {
        const answer = builds[i]?.why(first, second);
        if (answer !== undefined) return answer;
      }
      return noBuildWith(first, second);
    },
    save(name = 'module-phases.ndjson') {
      const lines: TraceFileLine[] = [];
      replay((line) => push(lines, line));
      push(lines, end());
      return save(jsonLines(lines), name, node, globalThis as unknown as Globals);
    },
  };
  const file = attempt(() => node?.env.MODULE_PHASES_SINK);
  if (file) addSink(file);
  shared.onExit(() => {
    isOver = node !== undefined;
    tell(end());
  });
  const connect: Installed['connect'] = (createTracer) => createTracer(shared);
  return defineProperty(trace, 'connect', bare({ value: connect })) as Installed;

  function tell(line: TraceFileLine): void {
    each(sinks, (sink) => sink(line));
  }

  /** All lines so far. */
  function replay(sink: Sink): void {
    sink(header);
    each(builds, (build) => sink(lineOf(build)));
    each(events, sink);
  }

  function lineOf({ manifest }: TracedBuild): TraceFileLine {
    return bare({ type: 'build', manifest: manifest() });
  }

  function end(): TraceFileLine {
    return bare({ type: 'end', dropped, failures });
  }

  function addSink(target: Sink | string): void {
    const sink = typeof target === 'string' ? fileAt(target) : guarded(target);
    if (!sink) return;
    attempt(() => replay(sink));
    push(sinks, sink);
  }

  function fileAt(path: string): Sink | undefined {
    if (!node || hasFile) return undefined;
    hasFile = true;
    const failed = (reason: string): undefined => {
      host.warn(`module-phases: no trace is written to ${path}: ${reason}`);
    };
    if (!node.getBuiltinModule) return failed(NEEDED);
    try {
      return createFile(node, path, (error) => failed(host.textOf(error)));
    } catch (error) {
      return failed(host.textOf(error));
    }
  }

  /** A function of the user's: its errors are counted, and the first one is told. */
  function guarded(sink: Sink): Sink {
    let hasFailed = false;
    return (line) => {
      try {
        apply(sink, undefined, [line]);
      } catch (error) {
        failures++;
        if (!hasFailed) host.warn(`module-phases: the function of "sink" has thrown: ${host.textOf(error)}`);
        hasFailed = true;
      }
    };
  }
}
