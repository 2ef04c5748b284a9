/** The program that `run` starts: a child with this process's own input and output, and the signals that come here. */
import { type ChildProcess, spawn } from 'node:child_process';

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Child {
  ended: Promise<Ended>;
  /** Asks the program to end, and makes it. */
  stop(): Promise<void>;
}

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
/** A terminal itself sends them to all processes that it runs in front. */
const OF_TERMINALS: readonly string[] = ['SIGINT', 'SIGQUIT', 'SIGHUP'];

/** How long a program may take to end, in milliseconds. */
const GRACE = 3000;

let running: ChildProcess | undefined;

/**
 * From now on signals go to the program that runs. Where none does, or where another one would be started in its place, the
 * signal ends this process too, after `leave`.
 */
export function forwardSignals(leave: () => void, isWatching: boolean): void {
  const { stdin, stdout, stderr } = process;
  const hasTerminal = stdin.isTTY || stdout.isTTY || stderr.isTTY;
  for (const signal of FORWARDED) {
    const end = (): void => {
      leave();
      endBy(signal);
    };
    process.on(signal, () => {
      if (!running) return end();
      if (isWatching) running.once('exit', end);
      if (!hasTerminal || !OF_TERMINALS.includes(signal)) running.kill(signal);
    });
  }
}

/** Ends this process as a signal would have. */
export function endBy(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/** Runs a file in Node. */
export function start(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Child {
  const child = spawn(process.execPath, [...process.execArgv, '--enable-source-maps', file, ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  running = child;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (running === child) running = undefined;
      resolve({ code, signal });
    });
  });
  return {
    ended,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), GRACE);
      await ended;
      clearTimeout(timer);
    },
  };
}
