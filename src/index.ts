import { modulePhases } from './plugin.ts';

/**
 * The value that Node's `require` returns for this package: the plugin function, with the other exports as properties.
 * See https://nodejs.org/api/modules.html#loading-ecmascript-modules-using-require.
 */
const required = Object.assign((...options: Parameters<typeof modulePhases>) => modulePhases(...options), {
  modulePhases,
  default: modulePhases,
});

export type { ConsoleOptions, NamespacesMode, Options, RuntimePlacement } from './options.ts';
export { modulePhases, modulePhases as default } from './plugin.ts';
// By name: the rest of the protocol is between the build and its bundle.
export type {
  BindingKind,
  BindingState,
  EntryEvent,
  EvaluateEndEvent,
  EvaluateErrorEvent,
  EvaluateStartEvent,
  ImportEvent,
  InitializeEvent,
  InstantiatedBinding,
  InstantiateEvent,
  Loc,
  ModuleStatus,
  ReadEvent,
  RequireEvent,
  SuspendEvent,
  TraceEvent,
  WriteEvent,
} from './protocol/events.ts';
export type {
  Cause,
  CycleRank,
  Finding,
  FindingCode,
  FindingStep,
  Native,
  Place,
  Remedy,
  Severity,
} from './protocol/finding.ts';
export type {
  Manifest,
  ManifestBinding,
  ManifestImport,
  ManifestModule,
  ManifestRequest,
} from './protocol/manifest.ts';
export type { ConsoleDetail, ReadsMode, ValuesMode, WritesMode } from './protocol/tables.ts';
export type { Trace, TracedModule } from './protocol/trace.ts';
export type {
  TraceFileBuild,
  TraceFileEnd,
  TraceFileHeader,
  TraceFileLine,
} from './protocol/trace-file.ts';
export { required as 'module.exports' };
