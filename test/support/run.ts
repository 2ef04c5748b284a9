import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { deserialize } from 'node:v8';
import type { TraceEvent } from '../../src/protocol/events.ts';
import type { Finding } from '../../src/protocol/finding.ts';

const preload = fileURLToPath(new URL('preload.cjs', import.meta.url));

/** What the program saw at `globalThis[Symbol.for('module-phases')]` when it exited. */
interface Told {
  events: TraceEvent[];
  dropped: number;
  failures: number;
  findings: Finding[];
}

export interface Run extends Partial<Told> {
  code: number;
  stdout: string;
  /** Without what names a file, a line, a column or quotes a line. */
  stderr: string;
}

/**
 * Runs a program to its end.
 *
 * @param loader what Node needs to run a file of another format, and its arguments
 * @param sink the file to which its trace goes
 */
export function run(file: string, loader: readonly string[] = [file], sink?: string): Promise<Run> {
  const trace = `${file}.trace`;
  const env = {
    PATH: process.env.PATH,
    MODULE_PHASES_TRACE: trace,
    ...(sink !== undefined && { MODULE_PHASES_SINK: sink }),
  };
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ['--require', preload, ...loader],
      { env, timeout: 20_000 },
      (error, stdout, stderr) => {
        const code = error ? error.code : 0;
        // Killed, too much output, or not started.
        if (typeof code !== 'number') return reject(error);
        resolve({
          code,
          stdout,
          stderr: placeless(stderr, dirname(file)),
          ...(existsSync(trace) && (deserialize(readFileSync(trace)) as Told)),
        });
      },
    );
  });
}

/** Runs a program of several entries: the first to its end, then the next. */
export function runInTurn(files: [string, ...string[]], sink?: string): Promise<Run> {
  if (files.length === 1) return run(files[0], undefined, sink);
  const script = files.map((file) => `await import(${JSON.stringify(pathToFileURL(file).href)});`).join('\n');
  return run(files[0], ['--input-type=module', '--eval', script], sink);
}

/** What of a run a reader of a story expects: what it printed, and how it failed. */
export function outcome({ code, stdout, stderr }: Run): string {
  if (code === 0) return stdout;
  const [error] = stderr.split('\n').filter((line) => line && line !== '<where>');
  return `${stdout}exit ${code}${error ? `: ${error}` : ''}\n`;
}

function placeless(stderr: string, dir: string): string {
  return stderr
    .replaceAll(pathToFileURL(dir).href, '<dir>')
    .replaceAll(dir, '<dir>')
    .replace(/^\S+:\d+\n.*\n(?:[ \t]*\^+\n)?/m, '<where>\n')
    .replace(/<dir>(\/[^\s:)]+):\d+:\d+/g, '<dir>$1')
    .replace(/\(node:\d+\)/g, '(node)');
}
