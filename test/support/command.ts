/** The command, as a child process: `dist/cli.js`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { repository } from './package.ts';

export const CLI = join(repository, 'dist/cli.js');

export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Started {
  child: ChildProcess;
  ended: Promise<Outcome>;
  /** What it has printed on both so far. */
  printed(): string;
}

/** Starts the command in a folder. */
export function startCommand(dir: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Started {
  const { PATH } = process.env;
  const child = spawn(process.execPath, [CLI, ...args], { cwd: dir, env: { PATH, ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended, printed: () => stdout + stderr };
}

/** Runs the command to its end; `input` is its standard input. */
export function command(
  dir: string,
  args: readonly string[],
  { input = '', env = {} }: { input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
  const { child, ended } = startCommand(dir, args, env);
  child.stdin?.end(input);
  return ended;
}
