/** What a format has to say, so that its chunks share a runtime in a file. */
import type { Around } from '../realise.ts';

export interface Format {
  /**
   * Loads the file at `path`, relative to the chunk, before anything else: declares `names.holder` and `names.seen`, and
   * may edit what stands around the modules. Null where that is not what the format has.
   */
  load(path: string, around: Around): string | null;
  /** The file: `runtime` declares `createBuild`, `table` is an expression. It exports `build` and `seen`. */
  file(runtime: string, table: string): string;
}
