/**
 * One line per event: what happened, in the words of the protocol, where, and the rest. What happens to a binding
 * stands indented, so that the phases of a module frame what its code does.
 */
import type {
  BindingState,
  EvaluateEndEvent,
  EvaluateErrorEvent,
  ImportEvent,
  InstantiatedBinding,
  InstantiateEvent,
  ReadEvent,
  RequireEvent,
  TraceEvent,
  WriteEvent,
} from '../../protocol/events.ts';
import { type Line, list, milliseconds, positionText, type Tone } from './line.ts';

const { assign, create } = Object;

/** Bindings that an `instantiate` line names. */
const BINDINGS_SHOWN = 8;

export const STATE_TONES: Readonly<Record<BindingState, Tone>> = {
  uninitialized: 'bad',
  undefined: 'warn',
  initialized: 'plain',
};

/** What any event may have. */
type Fields = Partial<
  Omit<InstantiateEvent, 'type'> &
    Omit<EvaluateEndEvent, 'type'> &
    Omit<EvaluateErrorEvent, 'type'> &
    Omit<WriteEvent, 'type'> &
    Omit<ImportEvent, 'type'> &
    Omit<RequireEvent, 'type'> &
    Omit<ReadEvent, 'type'>
>;

/** Says what the event has, and not what `Object.prototype` has, in one order for all types. */
export function eventLine(event: TraceEvent): Line {
  const {
    module,
    loc,
    name,
    importer,
    specifier,
    status,
    snapshot,
    local,
    state,
    early,
    previous,
    value,
    unobserved,
    bindings,
    duration,
    error,
  }: Fields = assign(create(null), event);
  const got =
    state === 'uninitialized' ? 'ReferenceError, uninitialized' : state === 'undefined' ? state : value;
  const text = list(
    [
      name === '*' ? 'namespace' : name,
      importer && (name ? `of ${module}` : (module ?? specifier ?? 'what is known at run time')),
      status === 'evaluated' && '(evaluated before)',
      status === 'evaluating' && '(still evaluating: its exports may be incomplete)',
      local !== name && local && `as ${local}`,
      previous,
      got && `→ ${got}`,
      snapshot && '(a copy)',
      unobserved && `after ${unobserved} that nothing read`,
      early &&
        `(${state !== 'initialized' ? 'too early' : name === '*' ? 'early' : 'early but safe'}: ${module} has not finished)`,
      bindings ? states(bindings) : undefined,
      duration !== undefined && `in ${milliseconds(duration)}`,
      error,
    ],
    ' ',
  );
  return [
    [`${name ? '  ' : ''}${event.type}`.padEnd(18), name ? 'dim' : 'strong'],
    [loc ? positionText(loc) : `${module}`, name ? 'dim' : 'plain'],
    [text && `  ${text}`, state ? STATE_TONES[state] : error ? 'bad' : 'plain'],
  ];
}

/** `n uninitialized, f initialized` */
const states = (bindings: readonly InstantiatedBinding[]): string =>
  list(
    bindings
      .slice(0, BINDINGS_SHOWN)
      .map(({ name, state }) => `${name} ${state}`)
      .concat(bindings[BINDINGS_SHOWN] ? `${bindings.length - BINDINGS_SHOWN} more` : []),
  );
