/** Sink for a file of Node, and what saves the whole trace as a file. */
import type { Sink } from '../../protocol/calls.ts';
import type { TraceFileLine } from '../../protocol/trace-file.ts';
import { bare } from '../bare.ts';
import { attempt, type Globals, type NodeModules, type Process } from '../globals.ts';
import { jsonLines } from '../json.ts';
import { push } from '../list.ts';

const { parse } = JSON;

/** Lines that wait at most: some 50 kB. */
const BATCH = 256;
/** More than a header has. */
const HEAD = 200;

/**
 * Opens the file and returns its sink. Throws where the file can't be opened, and in a Node whose modules can't be had.
 *
 * What may be the last that happens is written at once, other lines when the batch is full or the turn is over: by a timer
 * that does not keep the process alive. Other timers keep their order, and an immediate would wait while an idle server
 * does.
 *
 * @param failed called once where the file can't be written any more
 */
export function createFile(node: Process, path: string, failed: (error: unknown) => void): Sink {
  // All of it at once: the program may replace it.
  const fs = node.getBuiltinModule('fs');
  const { writeSync } = fs;
  const { setTimeout } = node.getBuiltinModule('timers');
  const file = open(node, fs, path);
  let batch: TraceFileLine[] = [];
  let isQueued = false;
  let isBroken = false;
  return (line) => {
    push(batch, line);
    if (batch.length >= BATCH || isUrgent(line)) flush();
    else if (!isQueued) {
      isQueued = true;
      setTimeout(() => {
        isQueued = false;
        flush();
      }).unref();
    }
  };

  function flush(): void {
    const lines = batch;
    batch = [];
    if (isBroken || !lines.length) return;
    try {
      // Where not all of it is written, the disk is full: the next one throws.
      writeSync(file, jsonLines(lines));
    } catch (error) {
      isBroken = true;
      failed(error);
    }
  }
}

/** It may be the last line: a module can run for ever, or end the process. */
function isUrgent(line: TraceFileLine): boolean {
  const { type } = line;
  return (
    type === 'evaluate-start' ||
    type === 'evaluate-error' ||
    type === 'import-start' ||
    (type === 'read' ? line.state !== 'initialized' : type === 'trace' || type === 'build' || type === 'end')
  );
}

/** Replaces the file of an earlier run. That of another process that still runs is left, and so is what is no trace. */
function open(node: Process, fs: NodeModules['fs'], given: string): number {
  const { parse: partsOf, format } = node.getBuiltinModule('path');
  const { isMainThread, threadId } = node.getBuiltinModule('worker_threads');
  const { Buffer } = node.getBuiltinModule('buffer');
  /** `trace.ndjson` → `trace.<word>.ndjson` */
  const named = (path: string, word: string | number): string => {
    const { dir, name, ext } = partsOf(path);
    return format({ dir, base: `${name}.${word}${ext}` });
  };
  const path = isMainThread ? given : named(given, `worker-${threadId}`);
  const file = fs.openSync(path, 'a+');
  const head = Buffer.alloc(HEAD);
  // A device or a pipe has no place to read at.
  if (!attempt(() => fs.readSync(file, head, 0, HEAD, 0))) return file;
  const owner = ownerOf(`${head}`);
  if (owner === undefined) {
    fs.closeSync(file);
    throw new Error(`${path} exists, and is no trace`);
  }
  if (owner !== node.pid && attempt(() => node.kill(owner, 0))) {
    fs.closeSync(file);
    return fs.openSync(named(path, node.pid), 'w');
  }
  fs.ftruncateSync(file);
  return file;
}

/** The process that has written a trace, 0 for a page; undefined for a text that is no trace. */
function ownerOf(text: string): number | undefined {
  const [first] = text.split('\n');
  const header = attempt(() => bare(parse(first as string) as Record<string, unknown>));
  if (header?.type !== 'trace') return undefined;
  return typeof header.process === 'number' ? header.process : 0;
}

/**
 * Writes the text of a whole trace to a file in Node, or has a page download it.
 *
 * @returns the path in Node, else the name
 */
export function save(text: string, name: string, node: Process | undefined, globals: Globals): string {
  if (node) {
    const path = node.getBuiltinModule('path').resolve(name);
    node.getBuiltinModule('fs').writeFileSync(path, text);
    return path;
  }
  const { document, Blob, URL } = globals;
  if (!document) throw new Error('trace.save() needs a page or Node: here, take trace.events.');
  const url = URL.createObjectURL(new Blob([text]));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  // Not before the browser has taken it.
  globals.setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return name;
}
