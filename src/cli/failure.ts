/** Why the command ends without having done its work: one line for the user, and an exit code. */
export const EXIT = {
  /** Nothing to complain of. */
  FINE: 0,
  /** Findings at or above the severity. */
  FOUND: 1,
  /** Wrong arguments, or a file that can't be used. */
  USAGE: 2,
  /** The bundler could not build. */
  BUILD: 3,
  /** The command has a bug. */
  BROKEN: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export class Failure extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT.USAGE) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** What a file system says of a path, in words. */
export function fileFailure(doing: string, path: string, error: unknown): Failure {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return new Failure(`cannot ${doing} ${path}: ${REASONS[code] ?? (error as Error).message}`);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
};
