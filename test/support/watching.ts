/** A project under Rollup's `watch()`: edits in, what the rebuild did out. */
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type OutputOptions, type Plugin, type RollupError, type RollupWatcherEvent, watch } from 'rollup';

export interface WatchInput {
  dir: string;
  plugins: Plugin[];
  output: OutputOptions[];
}

export interface Rebuild {
  error: RollupError | null;
  /** Ids of the modules that plugins transformed, sorted. */
  transformed: string[];
}

export interface Watching {
  first: Rebuild;
  /** Writes the files in order, `null` deletes one; resolves when a build has seen them all. */
  edit(files: Record<string, string | null>): Promise<Rebuild>;
  close(): Promise<void>;
}

/** An edit that the watcher missed is made again: it looks away for a moment after each change. */
const RETRY_AFTER = 400;
/** Milliseconds without a build after which none is to come. */
const QUIET_FOR = 150;

export async function watching({ dir, plugins, output }: WatchInput): Promise<Watching> {
  const loaded = new Map<string, string>();
  const transformed = new Set<string>();
  let error: RollupError | null = null;
  let onEnd = (): void => {};
  let isBuilding = false;
  let builds = 0;
  const observer: Plugin = {
    name: 'observer',
    buildStart: () => loaded.clear(),
    load(id) {
      if (id.startsWith('\0')) return null;
      const text = readFileSync(id, 'utf8');
      // As Rollup does for what it loads itself.
      this.addWatchFile(id);
      loaded.set(id, text);
      return text;
    },
    transform: (_code, id) => void transformed.add(id),
  };

  const watcher = watch({
    input: join(dir, 'main.js'),
    plugins: [observer, ...plugins],
    output,
    onLog: () => {},
    watch: { buildDelay: 10 },
  });
  watcher.on('event', async (event: RollupWatcherEvent) => {
    if (event.code === 'START') {
      isBuilding = true;
      builds++;
    }
    if (event.code === 'BUNDLE_START') error = null;
    if (event.code === 'ERROR') error = event.error;
    if (event.code === 'BUNDLE_END' || event.code === 'ERROR') await event.result?.close();
    if (event.code === 'END') {
      isBuilding = false;
      onEnd();
    }
  });

  return { first: await built(() => true), edit, close: () => watcher.close() };

  function built(hasSeen: () => boolean): Promise<Rebuild> {
    return new Promise((resolve) => {
      onEnd = () => {
        if (!hasSeen()) return;
        onEnd = () => {};
        resolve({ error, transformed: [...transformed].sort() });
        transformed.clear();
      };
    });
  }

  async function edit(files: Record<string, string | null>): Promise<Rebuild> {
    const changes = Object.entries(files).map(([path, text]) => [join(dir, path), text] as const);
    const rebuild = built(() => changes.every(([id, text]) => (loaded.get(id) ?? text) === text));
    for (const [id, text] of changes) {
      if (text === null) rmSync(id);
      else writeFileSync(id, text);
    }
    const retry = setInterval(() => {
      for (const [id, text] of changes) if (text !== null) utimesSync(id, new Date(), new Date());
    }, RETRY_AFTER);
    try {
      return await rebuild;
    } finally {
      clearInterval(retry);
      await quiet();
    }
  }

  /** A change that is heard of twice makes a second build, which writes the files again. */
  async function quiet(): Promise<void> {
    for (let seen = -1; isBuilding || seen !== builds; ) {
      seen = builds;
      await setTimeout(QUIET_FOR);
    }
  }
}
