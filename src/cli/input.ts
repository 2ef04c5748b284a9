/** What the first word of `run` and `check` names: an entry, a bundler's config or a trace. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Arguments, Options } from './arguments.ts';
import { Failure, fileFailure } from './failure.ts';
import { installed } from './installed.ts';

export const BUNDLERS = ['rollup', 'rolldown', 'vite'] as const;
export type BundlerName = (typeof BUNDLERS)[number];

/** What can be built. */
export interface BuildInput {
  kind: 'entry' | 'config';
  path: string;
  bundler: BundlerName;
}

export type Input =
  | BuildInput
  /** As a test sees it: not yet read. */
  | { kind: 'trace'; path: string };

export const INPUT_OPTIONS: Options = {
  bundler: { value: '<name>', choices: BUNDLERS, text: 'the bundler: rollup, rolldown or vite' },
  config: { text: 'the file is a config, whatever its name' },
};

/** @throws {Failure} where there is no such file, or nobody knows which bundler it is for */
export function inputOf(word: string, given: Arguments): Input {
  const path = resolve(word);
  const start = startOf(path, word);
  const wanted = BUNDLERS.find((name) => name === given.one('bundler'));
  const named = BUNDLERS.find((name) => basename(path).includes(`${name}.config.`));
  if (given.has('config') || named) {
    const bundler = wanted ?? named;
    if (!bundler)
      throw new Failure(
        `${word} may be a config of any bundler: say which by --bundler rollup, rolldown or vite`,
      );
    return { kind: 'config', path, bundler };
  }
  if (isTraceText(start) || /\.(?:ndjson|jsonl)$/.test(path)) return { kind: 'trace', path };
  if (/\.json$/.test(path)) throw new Failure(`${word} is neither a program nor a config nor a trace`);
  if (/\.html?$/.test(path) && wanted !== 'vite')
    throw new Failure(
      `${word} is a page, which Vite builds: name its config (vite.config.js), or the entry of a program`,
    );
  return { kind: 'entry', path, bundler: wanted ?? forEntry() };
}

/** Whether a text begins as a trace file does. */
export const isTraceText = (text: string): boolean => /^\ufeff?\s*\{\s*"type"\s*:\s*"trace"/.test(text);

/** Rolldown resolves packages, CommonJS, JSON, TypeScript and JSX by itself. */
function forEntry(): BundlerName {
  const bundler = (['rolldown', 'rollup'] as const).find((name) => installed(name));
  if (!bundler)
    throw new Failure('a bundler is needed, and none is installed: npm install --save-dev rolldown');
  return bundler;
}

/** The first characters of a file. */
export function startOf(path: string, word: string): string {
  try {
    if (statSync(path).isDirectory())
      throw new Failure(`${word} is a folder: name the entry of a program, a config or a trace`);
    const file = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(64);
      return bytes.toString('utf8', 0, readSync(file, bytes));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw error instanceof Failure ? error : fileFailure('read', word, error);
  }
}
