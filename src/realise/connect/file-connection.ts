/** What a format has to say, so that its chunks share a runtime in a file. */
import type { Connect } from '../realise.ts';

export interface FileConnection {
  /** Loads the file at `path`, relative to the chunk, before anything else. */
  connect(path: string): Connect;
  /** The file: `runtime` declares `createBuild`, `table` is an expression. It exports `build` and `seen`. */
  file(runtime: string, table: string): string;
}
