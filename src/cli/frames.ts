/** Sources around the places of findings. */
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Finding, Place } from '../protocol/finding.ts';
import type { FrameOf } from '../report/checked/lines.ts';

/** Where the sources of findings are. */
export interface Sources {
  /** Folder to which their paths are relative. */
  root: string;
  /** Since when a source must not have changed, in milliseconds since the epoch. */
  since?: number | undefined;
}

/** Frames of sources that are there, and have not changed since. */
export async function frames(sources: Sources, findings: readonly Finding[]): Promise<FrameOf> {
  if (findings.every(({ loc }) => loc === null)) return () => undefined;
  // Takes longer to load than a small trace to explain.
  const { frameOf } = await import('../report/frame.ts');
  return ({ loc }) => {
    const text = loc ? sourceOf(loc, sources) : undefined;
    return loc && text !== undefined ? frameOf(text, loc) : undefined;
  };
}

function sourceOf({ file, compiled }: Place, { root, since = Infinity }: Sources): string | undefined {
  if (compiled) return undefined;
  const path = resolve(join(root, file));
  try {
    return statSync(path).mtimeMs > since ? undefined : readFileSync(path, 'utf8');
  } catch {
    // No source, no frame: the finding says the same without one.
    return undefined;
  }
}
