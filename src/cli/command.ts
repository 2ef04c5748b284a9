import type { Arguments, Options } from './arguments.ts';

/** One of the words after `module-phases`. */
export interface Command {
  /** The words behind its name, as `<trace>`. */
  usage: string;
  /** One line. */
  summary: string;
  /** More than that, for its own help. */
  details?: readonly string[];
  /** How many words it needs, and takes. */
  words: readonly [least: number, most: number];
  /** What stands after `--` goes to the program. */
  hasRest?: true;
  options: Options;
  /** Loads what the command needs, and does its work. Returns the exit code. */
  call(given: Arguments): Promise<number>;
}
