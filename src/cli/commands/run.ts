import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Arguments, meant } from '../arguments.ts';
import { build, errorText, pluginFrom, watch } from '../build.ts';
import type { Job, Written } from '../bundlers/job.ts';
import { type Child, endBy, forwardSignals, start } from '../child.ts';
import { EXIT, Failure, fileFailure } from '../failure.ts';
import { type Folder, temporaryFolder } from '../folder.ts';
import { inputOf, isTraceText, startOf } from '../input.ts';
import { tell, tellBlock } from '../terminal.ts';

/** Returns the exit code of the program. */
export async function run(given: Arguments): Promise<number> {
  const [word = ''] = given.positionals;
  const input = inputOf(word, given);
  if (input.kind === 'trace')
    throw new Failure(`${word} is a trace: module-phases explain ${word} says what it means`);
  const sink = given.one('out');
  if (sink !== undefined) assertWritable(sink);
  const kept = given.one('dir');
  const folder: Folder =
    kept === undefined ? temporaryFolder(input.path) : { path: resolve(kept), remove: () => {} };
  process.once('exit', folder.remove);
  forwardSignals(folder.remove, given.has('watch'));
  let written: Written | undefined;
  const job: Job = {
    input,
    dir: folder.path,
    isFirstOnly: true,
    isStrict: false,
    ...pluginFrom(given),
    // The run shows what the build foresees, and more.
    onManifest() {},
    onWritten(output) {
      written = output;
    },
  };
  const program = (): Child => {
    if (!written) throw new Failure('the build has written nothing', EXIT.BUILD);
    if (kept === undefined)
      writeFileSync(join(folder.path, 'package.json'), `{ "type": "${typeOf(written)}" }\n`);
    const env = sink === undefined ? {} : { MODULE_PHASES_SINK: resolve(sink) };
    return start(join(folder.path, entryOf(written, given.one('entry'))), given.rest, env);
  };
  if (given.has('watch')) return runWithEachChange(job, program);
  await build(job);
  const { code, signal } = await program().ended;
  if (signal === null) return code ?? 0;
  folder.remove();
  endBy(signal);
  // Where the signal does not end this process at once.
  return EXIT.FOUND;
}

/** Never returns: a signal ends it. */
async function runWithEachChange(job: Job, program: () => Child): Promise<never> {
  let child: Child | undefined;
  let hasFailed = false;
  let work = Promise.resolve();
  const watcher = await watch(job);
  return new Promise<never>((_, reject) => {
    watcher.on('event', ({ code, error, result }) => {
      void result?.close();
      if (code === 'START') hasFailed = false;
      if (code === 'ERROR') {
        hasFailed = true;
        tell('the build failed', 'bad');
        tellBlock(errorText(error));
      }
      if (code !== 'END' || hasFailed) return;
      work = work.then(again).catch((reason: unknown) => {
        if (reason instanceof Failure) tell(reason.message, 'bad');
        else reject(reason);
      });
    });
  });

  async function again(): Promise<void> {
    await child?.stop();
    child = program();
  }
}

/** Files of which Node runs, by their format: as what package.json has to declare them. */
const TYPES: Readonly<Record<string, 'module' | 'commonjs'>> = {
  es: 'module',
  esm: 'module',
  module: 'module',
  cjs: 'commonjs',
  commonjs: 'commonjs',
  iife: 'commonjs',
  umd: 'commonjs',
};

function typeOf({ format }: Written): string {
  const type = TYPES[format];
  if (!type)
    throw new Failure(
      `Node runs no bundle of format ${format}: use es or cjs in the first output of the config`,
    );
  return type;
}

/** File name of the chunk to run. */
function entryOf({ chunks, firstEntry }: Written, name: string | undefined): string {
  const entries = chunks.filter(({ isEntry }) => isEntry);
  const wanted = name ?? firstEntry;
  const named = entries.find((each) => each.name === wanted || each.fileName === wanted);
  const entry = named ?? (name === undefined ? entries[0] : undefined);
  const names = entries.map((each) => each.name ?? each.fileName);
  if (!entry)
    throw new Failure(
      name === undefined
        ? 'the build has no entry'
        : `the build has no entry ${name}${meant(name, names) || `; it has ${names.join(', ') || 'none'}`}`,
    );
  if (name === undefined && names.length > 1)
    tell(`runs ${entry.name ?? entry.fileName}, one of ${names.length} entries: --entry takes another one`);
  return entry.fileName;
}

/** Before anything is built for it. The bundle leaves a file alone that is no trace. */
function assertWritable(path: string): void {
  try {
    closeSync(openSync(path, 'a'));
  } catch (error) {
    throw fileFailure('write', path, error);
  }
  const text = startOf(resolve(path), path);
  if (text !== '' && !isTraceText(text))
    throw new Failure(`${path} exists, and is no trace: it stays as it is`);
}
