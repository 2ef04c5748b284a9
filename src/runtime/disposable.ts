/** What a `using` declaration takes. */
import { bare } from './bare.ts';

const { create, getOwnPropertyDescriptor } = Object;

/** What compilers of `using` take where the engine has no symbol. */
const COMPILED = Symbol.for('Symbol.dispose');

/** Has `dispose` called, which never throws; null, of which `using` takes nothing, where nobody knows how. */
export function disposable(dispose: () => void): object | null {
  const symbol = disposeSymbol();
  if (symbol === undefined) return null;
  const object = create(null) as Record<symbol, () => void>;
  object[symbol] = dispose;
  return object;
}

/** Looked up each time: a program may bring it along. */
function disposeSymbol(): symbol | undefined {
  const own = getOwnPropertyDescriptor(Symbol, 'dispose');
  if (!own) return COMPILED;
  const { value } = bare(own);
  return typeof value === 'symbol' ? value : undefined;
}
