/** What becomes of a promise of the program, heard without a method of it. */
import { attempt, isNative, ownProperty } from './globals.ts';

const { apply } = Reflect;
const { then } = Promise.prototype;

/** What makes the promises of a bundle, and what `then` asks of one: its class, and that class for a species. */
const PROMISE_PARTS: readonly (readonly [object: object, key: PropertyKey])[] = [
  [globalThis, 'Promise'],
  [Promise, 'resolve'],
  [Promise, Symbol.species],
  [Promise.prototype, 'constructor'],
  [Promise.prototype, 'then'],
];

function promiseParts(): unknown[] {
  const parts: unknown[] = [];
  for (let i = 0; i < PROMISE_PARTS.length; i++) {
    const part = PROMISE_PARTS[i] as (typeof PROMISE_PARTS)[number];
    const { value, get } = ownProperty(part[0], part[1]);
    parts[i] = value ?? get;
  }
  return parts;
}

const partsAtFirst = promiseParts();

/** Whether no code of the program runs when a promise gets a reaction: none of these is another than the engine's. */
function arePromisesNative(): boolean {
  const parts = promiseParts();
  for (let i = 0; i < parts.length; i++)
    if (parts[i] !== partsAtFirst[i] || !isNative(parts[i])) return false;
  return true;
}

/**
 * Adds a reaction to a promise that has one already, or gets one at once; false where that would run code of the
 * program, and where it is none of the host's.
 */
export function onSettled(
  promise: unknown,
  fulfilled: () => void,
  rejected: (error: unknown) => void,
): boolean {
  if (!arePromisesNative()) return false;
  const reactions = [() => attempt(fulfilled), (error: unknown) => attempt(() => rejected(error))];
  return attempt(() => apply(then, promise, reactions)) !== undefined;
}
