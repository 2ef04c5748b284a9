/** What it means that a traced bundle is the plain one. docs/promise.md lists what may differ, which is left out here. */
import { basename } from 'node:path';
import { expect } from 'chai';
import type { LogLevel, OutputAsset, OutputChunk, RollupLog, SourceMap } from 'rollup';
import type { FindingCode } from '../../src/protocol/finding.ts';
import type { Run } from './run.ts';

type OutputFile = OutputAsset | OutputChunk;

/** A log, and the level that Rollup gave it. */
export type Log = RollupLog & { level: LogLevel };

/** What a build made and said. */
export interface Built {
  output: readonly OutputFile[];
  logs: readonly Log[];
}

interface Allowed {
  /** Codes of the plugin's own logs. @default none */
  ours?: readonly string[];
  /**
   * Files stand in any order: under `preserveModules` Rollup lists them in the order in which it loaded them, which no
   * two builds share.
   */
  anyOrder?: boolean;
  /** What the message of a failure begins with. */
  context?: string;
}

/**
 * Rollup decided the same for both bundles and said the same of them: files and their order; of a chunk all that Rollup
 * tells but its code; of assets the content too; every log. The traced bundle has no mark, and at most one file more.
 */
export function expectSameBundle(
  traced: Built,
  plain: Built,
  { ours: codes = [], anyOrder = false, context = 'the traced bundle' }: Allowed = {},
): void {
  const runtimes = traced.output.filter(isRuntime);
  expect(runtimes.length, `${context}: files of the runtime`).to.be.at.most(1);
  const decided = (files: readonly OutputFile[]): unknown[] => {
    const decisions = files.map(decisionOf);
    return anyOrder ? decisions.sort((a, b) => (a.fileName < b.fileName ? -1 : 1)) : decisions;
  };
  const files = traced.output.filter((file) => !isRuntime(file));
  expect(decided(files), `${context}: files`).to.deep.equal(decided(plain.output));
  expect(marksOf(traced.output), `${context}: marks`).to.have.members(marksOf(plain.output));

  const others = traced.logs.filter((log) => !isOurs(log));
  expect(others.map(said), `${context}: logs`).to.deep.equal(plain.logs.map(said));
  const added = traced.logs
    .filter((log) => isOurs(log) && !isVerdict(log))
    .map(({ pluginCode }) => pluginCode);
  expect(added, `${context}: logs of the plugin`).to.deep.equal(codes);
}

export const isOurs = ({ plugin }: RollupLog): boolean => plugin === 'module-phases';

/** Codes of what the plugin says of the order in which modules load. */
const VERDICT_CODES: Record<FindingCode | 'MORE_FINDINGS' | 'ENTRIES_LEFT', true> = {
  EARLY_READ: true,
  MASKED_TDZ: true,
  ORDER: true,
  UNREQUESTED: true,
  AWAIT_SERIALIZED: true,
  CYCLE: true,
  CHUNK_CYCLE: true,
  SNAPSHOT_LOST: true,
  SNAPSHOT: true,
  PARTIAL_EXPORTS: true,
  DEADLOCK: true,
  MORE_FINDINGS: true,
  ENTRIES_LEFT: true,
};

export const isVerdict = ({ pluginCode }: RollupLog): boolean => String(pluginCode) in VERDICT_CODES;

/** What the build says of the order, a block for each log. */
export const verdictText = ({ logs }: Pick<Built, 'logs'>): string =>
  logs
    .filter((log) => isOurs(log) && isVerdict(log))
    .map(({ level, pluginCode, message, id, loc, frame }) => {
      const place = loc ? `${basename(String(id))} (${loc.line}:${loc.column})` : '';
      const text = message.replace(/^\[plugin module-phases\] /, '').replace(/^.*? \(\d+:\d+\): /, '');
      return `${[`${level} ${pluginCode}`, place, text].filter(Boolean).join('\n')}\n${frame ? `${frame}\n` : ''}`;
    })
    .join('\n');

/** Both programs printed the same and ended in the same way. */
export function expectSameRun(traced: Run, plain: Run): void {
  const shown = ({ stdout, stderr, code }: Run) => ({ stdout, stderr, code });
  expect(shown(traced)).to.deep.equal(shown(plain));
}

/** The chunk of the tracer's own: no module is in it. */
export const isRuntime = (file: OutputFile): boolean =>
  file.type === 'chunk' && file.moduleIds.length === 0 && isRuntimeName(file.fileName);

export const isRuntimeName = (fileName: string): boolean =>
  /(?:^|\/)module-phases\d*(?:[-.]\w+)+$/.test(fileName);

/** Of a log, all but its stack and `pos`, an offset in code that has marks. */
export function said(log: RollupLog): object {
  const { pos: _pos, stack: _stack, cause, ...rest } = log;
  const all = { ...rest, message: log.message, ...(isLog(cause) && { cause: said(cause) }) };
  return JSON.parse(JSON.stringify(all));
}

const isLog = (cause: unknown): cause is RollupLog => typeof cause === 'object' && cause !== null;

/** Keeps what Rollup says where `onLog` is its option. */
export function listener(): { logs: Log[]; onLog: (level: LogLevel, log: RollupLog) => void } {
  const logs: Log[] = [];
  // The message of an error is not enumerable.
  return { logs, onLog: (level, log) => logs.push({ ...log, message: log.message, level }) };
}

/** All that Rollup decided of a file. */
const decisionOf = (file: OutputFile) =>
  file.type === 'chunk' ? decisionOfChunk(file) : decisionOfAsset(file);

function decisionOfChunk({ code: _code, map, modules, ...rest }: OutputChunk) {
  return {
    ...rest,
    fileName: unhashed(rest.fileName),
    preliminaryFileName: unhashed(rest.preliminaryFileName),
    sourcemapFileName: rest.sourcemapFileName && unhashed(rest.sourcemapFileName),
    imports: rest.imports.map(unhashed),
    dynamicImports: rest.dynamicImports.map(unhashed),
    implicitlyLoadedBefore: rest.implicitlyLoadedBefore.map(unhashed),
    importedBindings: Object.entries(rest.importedBindings).map(([name, names]) => [unhashed(name), names]),
    // In their order. A name that Rollup puts into a module's code for a chunk has the chunk's hash.
    modules: Object.entries(modules).map(([id, module]) => [
      id,
      { ...module, code: module.code && unhashed(module.code) },
    ]),
    map: map && { file: unhashed(map.file ?? ''), sources: sourcesOf(map) },
  };
}

/** Sources of a map and their texts, by their names: their order follows from the code. */
const sourcesOf = ({ sources, sourcesContent }: SourceMap): object[] =>
  sources
    .map((source, index) => ({ source, content: sourcesContent?.[index] }))
    .sort((a, b) => (a.source < b.source ? -1 : 1));

/** A map's text is of the code. */
const decisionOfAsset = ({ source, ...rest }: OutputAsset) => ({
  ...rest,
  fileName: unhashed(rest.fileName),
  source: rest.fileName.endsWith('.map') ? undefined : source,
});

/** A hash in a name is of the content, which differs; so are placeholders that Rollup counts, the runtime's among them. */
const unhashed = (name: string): string =>
  name.replace(/[\w-]{8}(?=\.hash)/g, '#').replace(/!~\{\w+\}~/g, '!~{#}~');

/** Texts that begin as marks do: those that the user's own comments and literals have are no marks. */
const marksOf = (output: readonly OutputFile[]): string[] => [
  ...new Set(
    output.flatMap((file) => {
      const text = file.type === 'chunk' ? file.code : String(file.source);
      return text.match(/\/\*~[\w:]*(?:\*\/)?/g) ?? [];
    }),
  ),
];
