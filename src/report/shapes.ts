/** What the lines of a trace file have in them. A field of a type that is missing here does not compile. */
import type { Loc, TraceEvent } from '../protocol/events.ts';
import {
  MANIFEST_VERSION,
  type Manifest,
  type ManifestBinding,
  type ManifestChunk,
  type ManifestImport,
  type ManifestModule,
  type ManifestProperty,
  type ManifestRequest,
  type ManifestRequire,
  type ManifestWrite,
  type ReadPosition,
} from '../protocol/manifest.ts';
import type { TraceFileBuild, TraceFileEnd, TraceFileHeader } from '../protocol/trace-file.ts';

type Check = (value: unknown) => boolean;
type Shape<T> = { readonly [Name in keyof T]-?: Check };
type Fields = readonly (readonly [name: string, check: Check])[];
type Type = TraceEvent['type'];

const text: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const yes: Check = (value) => value === true;
/** JSON has no infinity, but a number too big for JavaScript. */
const amount: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const whole: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
/** Of a namespace object, -1. */
const index: Check = (value) => value === -1 || whole(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

/** Each word of a union under its own name: a missing one does not compile. */
const word = <W extends string>(words: { readonly [Word in W]: true }): Check => {
  const known = new Set(Object.keys(words));
  return (value) => typeof value === 'string' && known.has(value);
};

const object = <T>(shape: Shape<T>): Check => {
  const fields: Fields = Object.entries<Check>(shape);
  return (value) => isObject(value) && faultIn(fields, value) === undefined;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The first field that is missing or wrong. */
function faultIn(fields: Fields, value: Record<string, unknown>): string | undefined {
  for (const [name, check] of fields) if (!check(value[name])) return name;
  return undefined;
}

const loc = object<Loc>({ file: text, line: whole, column: whole, compiled: optional(yes) });
const kind = word({
  const: true,
  let: true,
  var: true,
  class: true,
  function: true,
  'default-expression': true,
  're-export': true,
  namespace: true,
});
const state = word({ uninitialized: true, undefined: true, initialized: true });
const status = word({
  linked: true,
  evaluating: true,
  'evaluating-async': true,
  evaluated: true,
  errored: true,
});

const base = { seq: whole, time: amount, type: text };
const bindings = list(object({ name: text, kind, state, observed: flag }));
const suspend = { ...base, module: text, loc };
const dynamic = {
  ...base,
  importer: text,
  loc,
  module: optional(text),
  specifier: optional(text),
  status: optional(status),
  start: optional(whole),
  error: optional(text),
};
const require = { ...base, importer: text, loc, module: text, status: optional(status) };

const EVENTS: { readonly [T in Type]: Shape<TraceEvent & { type: T }> } = {
  instantiate: {
    ...base,
    module: text,
    chunk: text,
    bindings: (value) => value === null || bindings(value),
  },
  entry: { ...base, module: text, chunk: text, job: whole },
  'evaluate-start': { ...base, module: text, chunk: text, job: whole },
  'evaluate-end': { ...base, module: text, duration: amount },
  'evaluate-error': { ...base, module: text, error: optional(text) },
  'evaluate-suspend': suspend,
  'evaluate-resume': suspend,
  'import-start': dynamic,
  'import-end': dynamic,
  'import-error': dynamic,
  'require-start': require,
  'require-end': require,
  'require-error': require,
  initialize: { ...base, module: text, name: text, value: optional(text), loc },
  write: {
    ...base,
    module: text,
    name: text,
    value: optional(text),
    previous: optional(text),
    loc,
    unobserved: optional(whole),
  },
  read: {
    ...base,
    importer: text,
    loc,
    module: text,
    name: text,
    local: text,
    state,
    value: optional(text),
    early: flag,
    snapshot: optional(yes),
  },
};

const position = { line: whole, column: whole };
const property = object<ManifestProperty>({
  name: text,
  ...position,
  replaces: optional(word({ object: true, nothing: true })),
});
const readPosition = object<ReadPosition>({ ...position, file: optional(text) });

const manifestImport = object<ManifestImport>({
  local: text,
  module: whole,
  binding: index,
  way: list(whole),
  isUnconditional: optional(yes),
  isDropped: optional(yes),
  isInlined: optional(yes),
  at: optional(readPosition),
  throwsAt: optional(readPosition),
  isHeritage: optional(yes),
  guard: optional(word({ catch: true, test: true })),
});

const manifestModule = object<ManifestModule>({
  path: text,
  chunk: optional(text),
  phases: optional((value) => value === true || value === 'required'),
  isExcluded: optional(yes),
  isCompiled: optional(yes),
  hasTLA: optional(yes),
  requests: list(
    object<ManifestRequest>({
      module: whole,
      line: optional(whole),
      isKept: optional(yes),
      isUnread: optional(yes),
    }),
  ),
  bindings: list(
    object<ManifestBinding>({
      name: text,
      kind,
      ...position,
      exportedAs: optional(text),
      state: optional(state),
      local: optional(text),
      writes: optional(list(object<ManifestWrite>({ ...position, file: optional(text) }))),
      isAliased: optional(yes),
    }),
  ),
  imports: optional(list(manifestImport)),
  exportsAt: optional(list(property)),
  requires: optional(list(object<ManifestRequire>({ module: whole, ...position, reads: list(property) }))),
});

const manifest = object<Manifest>({
  version: (value) => value === MANIFEST_VERSION,
  modules: list(manifestModule),
  entries: list(whole),
  format: optional(text),
  chunks: optional(
    list(
      object<ManifestChunk>({
        file: text,
        modules: list(whole),
        imports: list(whole),
        entry: optional(whole),
      }),
    ),
  ),
});

/** Whether each index is one of the list that it refers to. */
function refersToItsOwn({ modules, entries, chunks = [] }: Manifest): boolean {
  const isModule = (at: number): boolean => at < modules.length;
  return (
    entries.every(isModule) &&
    chunks.every(
      ({ modules: own, imports, entry }) =>
        own.every(isModule) &&
        imports.every((at) => at < chunks.length) &&
        (entry === undefined || isModule(entry)),
    ) &&
    modules.every(
      ({ requests, imports = [], requires = [] }) =>
        requests.every(({ module }) => isModule(module)) &&
        requires.every(({ module }) => isModule(module)) &&
        imports.every(
          ({ module, binding, way }) =>
            isModule(module) && binding < (modules[module]?.bindings.length ?? 0) && way.every(isModule),
        ),
    )
  );
}

const LINES: ReadonlyMap<unknown, Fields> = new Map(
  Object.entries<Readonly<Record<string, Check>>>({
    trace: {
      type: text,
      version: whole,
      protocol: whole,
      began: amount,
      process: optional(whole),
    } satisfies Shape<TraceFileHeader>,
    build: {
      type: text,
      manifest: (value) => manifest(value) && refersToItsOwn(value as Manifest),
    } satisfies Shape<TraceFileBuild>,
    end: { type: text, dropped: whole, failures: whole } satisfies Shape<TraceFileEnd>,
    ...EVENTS,
  }).map(([type, shape]) => [type, Object.entries(shape)]),
);

/** Why a value is no line of a trace file; undefined where it is one. */
export function faultOf(value: unknown): string | undefined {
  if (!isObject(value)) return 'it is no object';
  const { type } = value;
  const fields = LINES.get(type);
  if (!fields)
    return type === undefined ? 'it has no "type"' : `nothing has the type ${JSON.stringify(type)}`;
  const name = faultIn(fields, value);
  return name === undefined ? undefined : `"${name}" of "${type}" is ${name in value ? 'wrong' : 'missing'}`;
}
