/** Sink for a file of Node, and what saves the whole trace as a file. */
import type { Sink } from '../../protocol/calls.ts';
import type { TraceFileLine } from '../../protocol/trace-file.ts';
import { bare } from '../bare.ts';
import { attempt, type Globals, type NodeModules, ownProperty, type Process } from '../globals.ts';
import { jsonLines } from '../json.ts';
import { push } from '../list.ts';

const { parse } = JSON;
const { fromCharCode } = String;
const { now } = Date;

/** Node 20.16 and 22.3 have it, and later ones. */
export const NEEDED = 'it takes process.getBuiltinModule, as in Node 20.16';
/** Lines that wait at most: some 50 kB. */
const BATCH = 256;
/** More than a header has. */
const HEAD = 200;
const NEWLINE = 10;

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

/** Opens the file, or one of another name where a trace is still written to it: by another process, or by another realm. */
function open(node: Process, fs: NodeModules['fs'], given: string): number {
  const { parse: partsOf, format } = node.getBuiltinModule('path');
  const { isMainThread, threadId } = node.getBuiltinModule('worker_threads');
  /** `trace.ndjson` → `trace.<word>.ndjson` */
  const named = (path: string, word: string | number): string => {
    const { dir, name, ext } = partsOf(path);
    return format({ dir, base: `${name}.${word}${ext}` });
  };
  const path = isMainThread ? given : named(given, `worker-${threadId}`);
  let file = claim(node, fs, path);
  for (let n = 1; file === undefined; n++) {
    file = claim(node, fs, named(path, n > 1 ? `${node.pid}-${n}` : node.pid));
  }
  return file;
}

/** Replaces the file of an earlier run. Undefined where a trace is still written to it; throws where it is no trace. */
function claim(node: Process, fs: NodeModules['fs'], path: string): number | undefined {
  const file = fs.openSync(path, 'a+');
  const head = node.getBuiltinModule('buffer').Buffer.alloc(HEAD);
  // A device or a pipe has no place to read at.
  if (!attempt(() => fs.readSync(file, head, 0, HEAD, 0))) return file;
  const header = headerIn(head);
  const isTrace = header?.type === 'trace';
  if (isTrace && !isOpen(node, header)) {
    fs.ftruncateSync(file);
    return file;
  }
  fs.closeSync(file);
  if (!isTrace) throw new Error(`${path} exists, and is no trace`);
  return undefined;
}

/** The first line, which is ASCII. */
function headerIn(bytes: Uint8Array): Record<string, unknown> | undefined {
  let text = '';
  for (let i = 0; i < bytes.length && bytes[i] !== NEWLINE; i++) text += fromCharCode(bytes[i] as number);
  return attempt(() => bare(parse(text) as Record<string, unknown>));
}

/** Whether the process that has written the header still runs. A page has none. */
function isOpen(node: Process, { process, began }: Record<string, unknown>): boolean {
  if (typeof process !== 'number') return false;
  // An earlier process may have had the same number.
  if (process === node.pid) return (began as number) >= now() - node.uptime() * 1e3;
  try {
    node.kill(process, 0);
    return true;
  } catch (error) {
    // It is another user's.
    return ownProperty(error as object, 'code').value === 'EPERM';
  }
}

/**
 * Writes the text of a whole trace to a file in Node, or has a page download it.
 *
 * @returns the path in Node, else the name
 */
export function save(text: string, name: string, node: Process | undefined, globals: Globals): string {
  if (node) {
    if (!node.getBuiltinModule) throw new Error(`trace.save(): ${NEEDED}`);
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
