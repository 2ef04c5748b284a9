/**
 * One line per event: what happened, in the words of the protocol, where, and the rest. What happens to a binding
 * stands indented, so that the phases of a module frame what its code does.
 */
import type { BindingState, InstantiatedBinding, ReadEvent, TraceEvent } from '../../protocol.ts';
import { count, type Line, milliseconds, place, type Tone } from './line.ts';

/** Bindings that an `instantiate` line names. */
const BINDINGS_SHOWN = 8;

export const STATE_TONES: Readonly<Record<BindingState, Tone>> = {
  uninitialized: 'bad',
  undefined: 'warn',
  initialized: 'plain',
};

export function eventLine(event: TraceEvent): Line {
  const { type } = event;
  const binding = 'name' in event;
  const tone = type === 'read' ? STATE_TONES[event.state] : type === 'evaluate-error' ? 'bad' : 'plain';
  return [
    [((binding ? '  ' : '') + type).padEnd(18), binding ? 'dim' : 'strong'],
    ['loc' in event ? place(event.loc) : event.module, binding ? 'dim' : 'plain'],
    [`  ${what(event)}`, tone],
  ];
}

function what(event: TraceEvent): string {
  switch (event.type) {
    case 'instantiate':
      return states(event.bindings);
    case 'evaluate-end':
      return `in ${milliseconds(event.duration)}`;
    case 'evaluate-error':
      return event.error ?? '';
    case 'initialize':
      return event.name + after(' = ', event.value);
    case 'write':
      return (
        event.name +
        after(' ', event.previous) +
        after(' → ', event.value) +
        (event.unobserved ? `, after ${count(event.unobserved, 'write')} that nothing read` : '')
      );
    case 'read':
      return read(event);
    default:
      return '';
  }
}

const after = (sign: string, value: string | undefined): string => (value === undefined ? '' : sign + value);

/** `n uninitialized, f initialized` */
const states = (bindings: readonly InstantiatedBinding[]): string =>
  bindings
    .slice(0, BINDINGS_SHOWN)
    .map(({ name, state }) => `${name} ${state}`)
    .join(', ') + (bindings.length > BINDINGS_SHOWN ? `, ${bindings.length - BINDINGS_SHOWN} more` : '');

/** `n of b.js → 5` */
function read(event: ReadEvent): string {
  const { state, early, module, value } = event;
  const fatal = state === 'uninitialized';
  return (
    target(event) +
    after(' → ', fatal ? 'ReferenceError, uninitialized' : value) +
    (early ? `, ${state === 'initialized' ? 'early but safe' : 'too early'}: ${module} has not finished` : '')
  );
}

/** `n of b.js`, `default of b.js as thing` */
export const target = ({ name, module, local }: ReadEvent): string =>
  `${name} of ${module}${local === name ? '' : ` as ${local}`}`;
