export type { ConsoleOptions, NamespacesMode, Options, RuntimePlacement } from './options.ts';
export { modulePhases, modulePhases as default } from './plugin.ts';
// By name: the rest of the protocol is between the build and its bundle.
export type {
  BindingKind,
  BindingState,
  ConsoleDetail,
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
  ReadsMode,
  RequireEvent,
  SuspendEvent,
  Trace,
  TracedModule,
  TraceEvent,
  ValuesMode,
  WriteEvent,
  WritesMode,
} from './protocol.ts';
