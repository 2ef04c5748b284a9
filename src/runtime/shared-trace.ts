/** The trace of a page or process: one object, shared by all bundles whose runtimes speak the same protocol version. */
import type { Explainer, Installed, SharedTrace, Tracer } from '../protocol/calls.ts';
import type { TraceEvent } from '../protocol/events.ts';
import type { Finding } from '../protocol/finding.ts';
import { PROTOCOL_VERSION, TRACE_KEY, type Trace, type TracedModule } from '../protocol/trace.ts';
import { bare } from './bare.ts';
import type { Host } from './host.ts';
import { each, push, without } from './list.ts';

type CreateTracer = (shared: SharedTrace) => Tracer;

const KEY = Symbol.for(TRACE_KEY);
const { defineProperty } = Object;
const { apply } = Reflect;

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
  const explainers: Explainer[] = [];
  /** Counts the events under `limit`, over all builds. */
  let admitted = 0;
  let dropped = 0;
  let failures = 0;

  const shared: SharedTrace = {
    modules,
    get trace() {
      return trace;
    },
    log(content) {
      const event = { seq: events.length, time: host.now() - began, ...content } as TraceEvent;
      push(events, event);
      each(listeners, ({ hear }) => {
        try {
          if (hear) apply(hear, undefined, [event]);
        } catch {
          failures++;
        }
      });
      return event;
    },
    admit(limit, isVital) {
      const isAdmitted = isVital || admitted < limit;
      if (isAdmitted) admitted++;
      else dropped++;
      return isAdmitted;
    },
    onExit: fanOut(host.onExit),
    onError: fanOut(host.onError),
    onExplain(explainer) {
      push(explainers, explainer);
    },
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
      each(explainers, ({ explain }) => each(explain(), (finding) => push(findings, finding)));
      return findings;
    },
    why(first, second) {
      for (let i = 0; i < explainers.length; i++) {
        const answer = explainers[i]?.why(first, second);
        if (answer !== undefined) return answer;
      }
      return `The trace has no build with both ${first} and ${second}: see its modules.`;
    },
  };
  const connect: Installed['connect'] = (createTracer) => createTracer(shared);
  return defineProperty(trace, 'connect', bare({ value: connect })) as Installed;
}
