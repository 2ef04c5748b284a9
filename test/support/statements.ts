/** Statements between modules that are always the same, bundled plain and traced, and what they log and throw. */
import { createContext, runInContext } from 'node:vm';
import { type ModuleFormat, type Plugin, type RollupOptions, rollup } from 'rollup';
import modulePhases from 'rollup-plugin-module-phases';

export type BuildOptions = Pick<RollupOptions, 'treeshake' | 'jsx'>;

/** The modules around the one that a statement stands in: `main.js`, the entry. */
const MODULES = {
  'dep.js': `
    export let n = 1, u, z = null;
    export let o = { a: { b: 1 }, list: [1, 2], f() { return this === o }, tag: () => 1, K: class {} };
    export function f() { return this }
    export function tag() { return this }
    export class K { m() { return 1 } }
    export default 1 + n;`,
  'nest.js': `
    export * as dep from './dep.js';
    export { n as again } from './dep.js';`,
};
const IMPORTS = `
  import d, { n, o, f, K, tag, u, z } from './dep.js';
  import * as ns from './dep.js';
  import * as nest from './nest.js';
  import { again } from './nest.js';
  import e, { x, g } from 'ext';
  import * as en from 'ext';`;

export async function chunkOf(
  source: string,
  isTraced: boolean,
  format: ModuleFormat,
  options: BuildOptions,
): Promise<string> {
  const modules = new Map(Object.entries({ ...MODULES, 'main.js': `${IMPORTS}\n${source}` }));
  const inMemory: Plugin = {
    name: 'in-memory',
    resolveId: (id) => (modules.has(id.replace('./', '')) ? id.replace('./', '') : null),
    load: (id) => modules.get(id) ?? null,
  };
  const build = await rollup({
    ...options,
    input: 'main.js',
    external: ['ext', 'react'],
    plugins: [inMemory, isTraced && modulePhases({ console: false, include: /main\.js$/ })],
    onLog() {},
  });
  const { output } = await build.generate({
    format,
    name: 'bundle',
    exports: 'named',
    globals: { ext: 'ext' },
  });
  return output[0].code;
}

/** What a bundle logs and throws. */
export async function outcome(
  source: string,
  isTraced: boolean,
  options: BuildOptions = {},
): Promise<string[]> {
  const code = await chunkOf(source.replaceAll('⏎', '\n'), isTraced, 'iife', options);
  const lines: string[] = [];
  const ext = {
    __esModule: true,
    default: Object.assign(() => 'called', { a: 1 }),
    get x() {
      lines.push('x is read');
      return [1, 2];
    },
    g() {
      return this === undefined || Object.is(this, ext);
    },
    a: { b: () => 1 },
    o: {},
  };
  const realm = createContext({
    ext,
    log: (...values: unknown[]) => lines.push(values.map(text).join(' ')),
  });
  try {
    runInContext(code, realm, { timeout: 5_000 });
  } catch (error) {
    lines.push(`throws ${String(error)}`);
  }
  const failures = runInContext("globalThis[Symbol.for('module-phases')]?.failures", realm);
  if (failures) lines.push(`${failures} failures of the tracer`);
  return lines;
}

function text(value: unknown): string {
  if (typeof value === 'function') return `function ${value.name}`;
  return typeof value === 'symbol' ? 'symbol' : `${typeof value} ${JSON.stringify(value)}`;
}
