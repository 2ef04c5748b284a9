/** Manifests and traces that are made by hand: what a test of findings needs of them, and no more. */
import type {
  BindingKind,
  ModuleStatus,
  ReadEvent,
  TraceEvent,
  WriteEvent,
} from '../../../src/protocol/events.ts';
import type { Manifest, ManifestBinding, ManifestModule } from '../../../src/protocol/manifest.ts';

interface Source {
  /** Paths of the modules that it requests, a line each. */
  requests?: readonly string[];
  /** By name: the kind of what it declares and exports. */
  bindings?: Readonly<Record<string, BindingKind>>;
  /** Of `export default a`. */
  ofDefault?: Pick<ManifestBinding, 'local' | 'isAliased'>;
}

/** A build of modules in one chunk, by path. */
export function manifestOf(sources: Readonly<Record<string, Source>>, entries: readonly string[]): Manifest {
  const paths = Object.keys(sources);
  const modules = Object.entries(sources).map(
    ([path, { requests = [], bindings = {}, ofDefault }]): ManifestModule => ({
      path,
      chunk: 'main.js',
      phases: true,
      requests: requests.map((requested, i) => ({ module: paths.indexOf(requested), line: i + 1 })),
      bindings: Object.entries(bindings).map(([name, kind], i) => ({
        name,
        kind,
        line: i + 5,
        column: 0,
        ...(name === 'default' && ofDefault),
      })),
    }),
  );
  return { version: 1, modules, entries: entries.map((path) => paths.indexOf(path)) };
}

/** An event without what its place in the trace says. */
export type Told = (seq: number) => TraceEvent;

export const eventsOf = (...told: readonly Told[]): TraceEvent[] => told.map((tell, seq) => tell(seq));

const chunk = 'main.js';

export const start =
  (module: string, job = 1): Told =>
  (seq) => ({ seq, time: seq, type: 'evaluate-start', module, chunk, job });

export const end =
  (module: string): Told =>
  (seq) => ({ seq, time: seq, type: 'evaluate-end', module, duration: 1 });

export const error =
  (module: string, text?: string): Told =>
  (seq) => ({ seq, time: seq, type: 'evaluate-error', module, ...(text !== undefined && { error: text }) });

/** A top-level await at the start of a line begins to wait. */
export const suspend =
  (module: string, line: number): Told =>
  (seq) => ({ seq, time: seq, type: 'evaluate-suspend', module, loc: { file: module, line, column: 0 } });

/** `importer` reads `name` of `module` too early. */
export const read =
  (importer: string, module: string, name: string, fields: Partial<ReadEvent> = {}): Told =>
  (seq) => ({
    seq,
    time: seq,
    type: 'read',
    importer,
    loc: { file: importer, line: 9, column: 0 },
    module,
    name,
    local: name,
    state: 'uninitialized',
    early: true,
    ...fields,
  });

export const write =
  (module: string, name: string, fields: Partial<WriteEvent> = {}): Told =>
  (seq) => ({
    seq,
    time: seq,
    type: 'write',
    module,
    name,
    loc: { file: module, line: 7, column: 0 },
    ...fields,
  });

/** Of a CommonJS module. */
export const requires =
  (
    type: 'require-start' | 'require-end',
    importer: string,
    module: string,
    status: ModuleStatus = 'linked',
  ): Told =>
  (seq) => ({ seq, time: seq, type, importer, module, loc: { file: importer, line: 9, column: 0 }, status });
