/**
 * Reads that throw natively and of which this build shows nothing wrong: it dropped them, or it runs the modules in an
 * order in which they get a value.
 */
import type { Loc, ReadEvent, TraceEvent } from '../protocol/events.ts';
import type { ManifestImport, ManifestModule } from '../protocol/manifest.ts';
import type { Context } from './not-run.ts';
import type { Prediction } from './prediction.ts';
import type { WrongRead } from './run.ts';
import { isLexical, pathAt, requestPlace } from './words.ts';

/** Of each module the first such read: natively it ends the module's body. */
export function hiddenReads(context: Context, events: readonly TraceEvent[]): WrongRead[] {
  const { manifest, run, prediction } = context;
  const predictions = [prediction].concat(prediction.others);
  const isWrong: Record<number, true> = {};
  for (const { importer } of run.wrong) isWrong[importer] = true;
  return manifest.modules.flatMap((row, reader): WrongRead[] => {
    if (!row.imports || row.hasTLA || !hasCompleted(context, row, reader)) return [];
    if (isWrong[reader]) return [];
    for (const imported of row.imports) {
      const hidden = hiddenIn(context, reader, imported);
      if (hidden && predictions.every((each) => isTooEarly(each, reader, imported.module)))
        return [readOf(context, events, reader, imported, hidden)];
    }
    return [];
  });
}

/** Its body came to its end, or the bundle has nothing of it. */
const hasCompleted = ({ run }: Context, { chunk }: ManifestModule, reader: number): boolean =>
  chunk === undefined || run.endOf[reader] !== undefined;

/** What this build makes of a read that is unconditional and throws if it comes too early; undefined where that is unknown. */
function hiddenIn(
  { manifest, run }: Context,
  reader: number,
  { module, binding, isUnconditional, isDropped, isInlined }: ManifestImport,
): WrongRead['hidden'] {
  const { kind } = manifest.modules[module]?.bindings[binding] ?? {};
  if (!isUnconditional || module === reader || !isLexical(kind)) return undefined;
  if (isDropped) return isInlined ? 'inlined' : 'dropped';
  const [end, start] = [run.endOf[module], run.startOf[reader]];
  return end !== undefined && start !== undefined && end < start ? 'value' : undefined;
}

function isTooEarly({ startOf }: Prediction, reader: number, exporter: number): boolean {
  const [start, needed] = [startOf[reader], startOf[exporter]];
  return start !== undefined && (needed === undefined || needed > start);
}

function readOf(
  { manifest, run }: Context,
  events: readonly TraceEvent[],
  reader: number,
  { local, module, binding, at, way }: ManifestImport,
  hidden: NonNullable<WrongRead['hidden']>,
): WrongRead {
  const importer = pathAt(manifest, reader);
  const seen = events.find(
    (event): event is ReadEvent =>
      event.type === 'read' && event.importer === importer && event.local === local,
  );
  const { isCompiled } = manifest.modules[reader] ?? {};
  const request = requestPlace(manifest, reader, way[0] ?? module);
  const place: Loc = {
    file: importer,
    line: request?.line ?? 1,
    column: 0,
    ...at,
    ...(isCompiled && { compiled: true }),
  };
  return {
    event: {
      seq: run.startOf[reader] ?? 0,
      time: 0,
      type: 'read',
      importer,
      loc: seen?.loc ?? place,
      module: pathAt(manifest, module),
      name: manifest.modules[module]?.bindings[binding]?.name ?? '',
      local,
      state: 'initialized',
      early: false,
    },
    importer: reader,
    exporter: module,
    running: [reader],
    before: undefined,
    hasWaited: false,
    times: 1,
    outcome: 'end',
    hidden,
  };
}
