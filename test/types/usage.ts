/** What a user's TypeScript may and may not say. Compiled alone, in a project that has the package; never run. */

import { defineConfig, type Plugin } from 'rollup';
import modulePhases, {
  type ConsoleOptions,
  type Manifest,
  modulePhases as named,
  type Options,
  type ReadEvent,
  type Trace,
  type TraceEvent,
  type TraceFileLine,
} from 'rollup-plugin-module-phases';

export const plugin: Plugin = modulePhases();
export const same: typeof modulePhases = named;

export default defineConfig({
  input: 'main.js',
  plugins: [
    modulePhases({ enabled: process.argv.length > 2 }),
    modulePhases({ include: 'src/**', exclude: [/vendor/, '**/*.json'] }),
    modulePhases({ include: null, reads: 'all', writes: false, values: 'type' }),
    modulePhases({ console: false, limit: 1e6, root: 'packages/app', runtime: 'file' }),
    modulePhases({ console: { detail: 'full', color: 'auto' } }),
    modulePhases({ manifest: 'module-phases.json' }),
    modulePhases({ manifest: false }),
    modulePhases({ sink: 'trace.ndjson' }),
    modulePhases({
      sink: (line) => console.log(line.type === 'build' ? line.manifest.modules.length : line),
    }),
    // As a setting that may be missing gives it, under exactOptionalPropertyTypes too.
    modulePhases({ limit: undefined, console: { detail: undefined } }),
  ],
});

export const dropped = (line: TraceFileLine): number => (line.type === 'end' ? line.dropped : 0);

const chosen: ConsoleOptions = { detail: 'summary' };
export const options: Options = { console: chosen };

// @ts-expect-error: no such option
modulePhases({ verbose: true });
// @ts-expect-error: no such option of the console
modulePhases({ console: { colour: true } });
// @ts-expect-error: no such mode
modulePhases({ reads: 'last' });
// @ts-expect-error: `true` is no mode
modulePhases({ writes: true });
// @ts-expect-error: the file needs a name
modulePhases({ manifest: true });
// @ts-expect-error: a function is no pattern
modulePhases({ include: (id: string) => id.endsWith('.js') });
// @ts-expect-error: text is no number
modulePhases({ limit: '100' });
// @ts-expect-error: null is not undefined
modulePhases({ root: null });
// @ts-expect-error: an object, no list
modulePhases([]);

/** Of each module, the lines of its requests. */
export const lines = ({ modules }: Manifest): (number | undefined)[] =>
  modules.flatMap(({ requests }) => requests.map(({ line }) => line));

// @ts-expect-error: what stands between the build and its bundle is not public
export type { BuildTable } from 'rollup-plugin-module-phases';

const trace: Trace | undefined = Reflect.get(globalThis, Symbol.for('module-phases'));

export const reads: ReadEvent[] = trace?.events.filter((event) => event.type === 'read') ?? [];

export function tell(event: TraceEvent): string {
  switch (event.type) {
    case 'instantiate':
      return event.bindings?.map(({ name, state }) => `${name} ${state}`).join() ?? 'not looked into';
    case 'entry':
    case 'evaluate-start':
      return event.chunk;
    case 'evaluate-end':
      return event.duration.toFixed();
    case 'evaluate-error':
      return event.error ?? event.module;
    case 'evaluate-suspend':
    case 'evaluate-resume':
      return event.loc.file;
    case 'import-start':
    case 'import-end':
    case 'import-error':
      return `${event.importer} ${event.module ?? event.specifier}`;
    case 'require-start':
    case 'require-end':
    case 'require-error':
      return `${event.importer} ${event.module}`;
    case 'initialize':
    case 'write':
      return `${event.module} ${event.name} ${event.value}`;
    case 'read':
      return `${event.importer} ${event.local}: ${event.state satisfies 'uninitialized' | 'undefined' | 'initialized'}`;
    default:
      return event satisfies never;
  }
}

export const stop: (() => void) | undefined = trace?.subscribe((event) => tell(event));
// @ts-expect-error: the trace is read, not written
trace?.events.push();
// @ts-expect-error: a value is text
export const value: number | undefined = reads[0]?.value;
