/**
 * One line per event: its type, its position, its details. Events of bindings are indented, so that the phases of a
 * module frame the reads and writes of its code.
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

/** Number of bindings that an `instantiate` line names. */
const BINDINGS_SHOWN = 8;

export const STATE_TONES: Readonly<Record<BindingState, Tone>> = {
  uninitialized: 'bad',
  undefined: 'warn',
  initialized: 'plain',
};

/** The fields of all types of events. */
type Fields = Partial<
  Omit<InstantiateEvent, 'type'> &
    Omit<EvaluateEndEvent, 'type'> &
    Omit<EvaluateErrorEvent, 'type'> &
    Omit<WriteEvent, 'type'> &
    Omit<ImportEvent, 'type'> &
    Omit<RequireEvent, 'type'> &
    Omit<ReadEvent, 'type'>
>;

/** Prints the event's own fields, none of `Object.prototype`, in the same order for all types. */
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
        `(${state !== 'initialized' ? 'too early' : name === '*' ? 'early' : 'early, but it has a value'}: ${module} has not finished)`,
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
