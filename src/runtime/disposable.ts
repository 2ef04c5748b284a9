/** Objects for `using` declarations. */
import { bare } from './bare.ts';

const { create, getOwnPropertyDescriptor } = Object;

/** The key that compilers of `using` use where the engine has no `Symbol.dispose`. */
const COMPILED = Symbol.for('Symbol.dispose');

/**
 * An object whose disposal calls `dispose`, which must not throw; null, which `using` accepts and ignores, where
 * `Symbol.dispose` is not a symbol.
 */
export function disposable(dispose: () => void): object | null {
  const symbol = disposeSymbol();
  if (symbol === undefined) return null;
  const object = create(null) as Record<symbol, () => void>;
  object[symbol] = dispose;
  return object;
}

/** Looked up each time: the program may load a polyfill. */
function disposeSymbol(): symbol | undefined {
  const own = getOwnPropertyDescriptor(Symbol, 'dispose');
  if (!own) return COMPILED;
  const { value } = bare(own);
  return typeof value === 'symbol' ? value : undefined;
}
