/** How the chunks of a format load the runtime from a shared file. */
import type { Around } from '../realise.ts';

export interface Format {
  /**
   * Returns statements for the chunk's prologue that declare `names.holder` and `names.seen` from the file at `path`
   * (relative to the chunk), and may edit the wrapper around the modules to load the file before any other import.
   * Null, without edits, where the wrapper is not that of the format: the chunk then stays untraced, with the warning
   * WRAPPER_UNKNOWN.
   */
  load(path: string, around: Around): string | null;
  /** Text of the file, which exports `build` and `seen`. `runtime` declares `createBuild`; `given` is what to call it with. */
  file(runtime: string, given: string): string;
}
