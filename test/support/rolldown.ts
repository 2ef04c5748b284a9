import { join } from 'node:path';
import { expect } from 'chai';
import { type OutputAsset, type OutputChunk, type OutputOptions, type Plugin, rolldown } from 'rolldown';
import modulePhases from 'rollup-plugin-module-phases';
import type { PluginOptions } from './bundle.ts';
import { project } from './project.ts';
import { isOurs, isRuntimeName, isVerdict, type Log, listener, said } from './same-bundle.ts';

export interface RolldownInput {
  /** A folder, or the modules' texts by their paths. */
  source: string | Record<string, string>;
  /** @default ['main.js'] */
  input?: string[];
  /** Options of the plugin; `false`: a bundle without it. `console` is off and `root` the source, unless named. */
  trace?: PluginOptions | false;
  external?: string[];
  /** @default true */
  treeshake?: boolean;
  /** Plugins before ours. */
  plugins?: Plugin[];
  output?: OutputOptions;
  /**
   * Another version's.
   * @default the newest
   */
  by?: typeof rolldown;
}

export interface RolldownBundle {
  /** The folder of the source. */
  dir: string;
  /** The first entry's chunk. */
  chunk: OutputChunk;
  output: (OutputChunk | OutputAsset)[];
  /** Of every level. */
  logs: Log[];
  warnings: Log[];
}

/** Source in, whole output out, as `bundle` does it with Rollup. */
export async function rolldownBundle({
  source,
  input = ['main.js'],
  trace = {},
  external = [],
  treeshake = true,
  plugins = [],
  output: outputOptions = {},
  by = rolldown,
}: RolldownInput): Promise<RolldownBundle> {
  const dir = typeof source === 'string' ? source : project(source);
  const { logs, onLog } = listener();
  const ours = (options: PluginOptions) => modulePhases({ console: false, root: dir, ...options });
  const build = await by({
    cwd: dir,
    input: input.map((path) => join(dir, path)),
    external,
    treeshake,
    // Else a chunk for a browser, which has no `require`.
    platform: 'node',
    plugins: [...plugins, ...(trace === false ? [] : [ours(trace)])],
    // What it says of slow plugins is a matter of luck.
    ...(by === rolldown && { checks: { bundlerTimings: false } }),
    // Its logs have all that a log of Rollup's needs.
    onLog: (level, log) => onLog(level, log as Log),
  });
  try {
    const { output } = await build.generate({
      name: 'story',
      // A hash would be of the content.
      chunkFileNames: '[name].js',
      ...outputOptions,
    });
    // Rolldown parses in parallel: what it says has no order.
    logs.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
    const warnings = logs.filter(({ level }) => level === 'warn');
    return { dir, chunk: output[0], output, logs, warnings };
  } finally {
    await build.close();
  }
}

const orderOf = ({ id = '', pos = 0, message }: Log): string =>
  `${id} ${String(pos).padStart(9, '0')} ${message}`;

/**
 * Rolldown decided the same for both bundles and said the same of them. The traced bundle has at most one file more, the
 * runtime's, which its chunks import.
 *
 * @param codes of the plugin's own logs
 */
export function expectSameRolldown(
  traced: RolldownBundle,
  plain: RolldownBundle,
  codes: readonly string[],
): void {
  const runtimes = traced.output.map(({ fileName }) => fileName).filter(isRuntimeName);
  expect(runtimes.length, 'files of the runtime').to.be.at.most(1);
  const decided = ({ output }: RolldownBundle) =>
    output.filter(({ fileName }) => !runtimes.includes(fileName)).map((file) => decisionOf(file, runtimes));
  expect(decided(traced), 'files').to.deep.equal(decided(plain));

  expect(traced.logs.filter((log) => !isOurs(log)).map(said), 'logs').to.deep.equal(plain.logs.map(said));
  const added = new Set(traced.logs.filter((log) => isOurs(log) && !isVerdict(log)).map(codeOf));
  expect([...added], 'logs of the plugin').to.have.members(codes);
}

/** All that Rolldown decided of a file. A map that the plugin asks for is no decision of Rolldown's. */
function decisionOf(file: OutputChunk | OutputAsset, runtimes: string[]): object {
  const { type, fileName } = file;
  if (type === 'asset') return { type, fileName, names: file.names };
  const { name, isEntry, isDynamicEntry, facadeModuleId, exports } = file;
  const without = (files: string[]) => files.filter((other) => !runtimes.includes(other));
  return {
    type,
    fileName,
    name,
    isEntry,
    isDynamicEntry,
    facadeModuleId,
    exports,
    imports: without(file.imports),
    dynamicImports: without(file.dynamicImports),
    modules: file.moduleIds.map((id) => [id, file.modules[id]?.code, file.modules[id]?.renderedExports]),
  };
}

export const codeOf = (log: Log): string => String(log.pluginCode ?? log.code ?? log.message);
