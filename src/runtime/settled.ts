/** Reacts to a promise of the program without running code of the program. */
import { attempt, isNative, ownProperty } from './globals.ts';

const { apply } = Reflect;
const { then } = Promise.prototype;

/** The properties that `then` and an `import()` rely on: the program can replace each of them with code of its own. */
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

/** Whether all these parts are still the engine's own, so that adding a reaction runs no code of the program. */
function arePromisesNative(): boolean {
  const parts = promiseParts();
  for (let i = 0; i < parts.length; i++)
    if (parts[i] !== partsAtFirst[i] || !isNative(parts[i])) return false;
  return true;
}

/**
 * Adds reactions to a promise. The caller makes sure that the program adds one of its own at once, or else this one
 * would count as handling a rejection. Returns false, and adds nothing, where `then` could run code of the program or
 * the value is no native promise.
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
