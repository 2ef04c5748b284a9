/**
 * Values that importers keep of a variable that is written later. SNAPSHOT: they do so natively as well. SNAPSHOT_LOST:
 * natively they keep a value, and this build gives them the variable.
 */
import type { ReadEvent, TraceEvent, WriteEvent } from '../protocol/events.ts';
import type { Finding, FindingStep, Place, Remedy } from '../protocol/finding.ts';
import type { ManifestBinding } from '../protocol/manifest.ts';
import type { Seen } from './run.ts';
import { declarationOf, placeText } from './words.ts';

const { assign, create } = Object;

/** An `export default a` whose `a` is written, and writes that come once its module has ended. */
interface Default {
  binding: ManifestBinding;
  place: Place | null;
  end: number | undefined;
  first?: WriteEvent;
  last?: WriteEvent;
}

export function snapshots({ manifest, run }: Seen, events: readonly TraceEvent[]): Finding[] {
  const findings = new Map<string, Finding>();
  /** By path of a module. */
  const defaults = new Map<string, Default | undefined>();
  /** By module and name: reads whose importers keep the value. */
  const copies = new Map<string, ReadEvent[]>();
  manifest.modules.forEach(({ path, bindings }, module) => {
    const binding = bindings.find(({ local }) => local !== undefined);
    const place = declarationOf(manifest, module, 'default');
    defaults.set(path, binding && { binding, place, end: run.endOf[module] });
  });

  for (const traced of events) {
    if (traced.type !== 'read' && traced.type !== 'write') continue;
    // Own properties only: a page may have added some to `Object.prototype`.
    const event: ReadEvent | WriteEvent = assign(create(null), traced);
    const { module, name } = event;
    const known = defaults.get(module);
    const key = `${module} ${name}`;
    if (event.type === 'write') {
      for (const copy of copies.get(key) ?? []) add(`${placeText(copy.loc)} ${key}`, ofCopy(copy, event));
      copies.delete(key);
      const isLater = known?.end !== undefined && event.seq > known.end;
      if (!isLater || (name !== 'default' && name !== known.binding.local)) continue;
      known.first ??= event;
      known.last = event;
    } else if (name === 'default') {
      if (known?.first && known.last && isStale(event, known))
        add(`${event.importer} ${key}`, ofDefault(event, known, known.last));
    } else if (event.snapshot && defaults.has(module)) copies.set(key, [...(copies.get(key) ?? []), event]);
  }
  return [...findings.values()];

  function add(key: string, finding: Finding): void {
    if (!findings.has(key)) findings.set(key, finding);
  }
}

/**
 * Whether the value is another one than natively, or (a copy) than that of the variable by now. Equal texts show that
 * values are the same only where they are texts of primitives.
 */
function isStale({ value }: ReadEvent, { binding, first, last }: Default): boolean {
  const other = binding.isAliased ? first?.previous : last?.value;
  return value === undefined || value !== other || !isPrimitive(value);
}

const isPrimitive = (text: string): boolean =>
  `'-0123456789`.includes(text.charAt(0)) || 'true false null undefined'.includes(text);

function ofDefault(read: ReadEvent, { binding, place }: Default, write: WriteEvent): Finding {
  const { module, loc } = read;
  const { local = '', isAliased } = binding;
  const text = `${placeText(loc)} reads the default export of ${module}: `;
  const since = `${local}${isAliased ? ' itself' : ''}, which ${placeText(write.loc)} has written since`;
  const path = [exportStep(module, place, local), writeStep(write.loc, local)];
  const live = liveRemedy(module, local);
  if (!isAliased) return findingOf(read, `${text}it is a copy of ${since}`, path, [live]);
  const message = `${text}in this build it is ${since}`;
  return {
    ...findingOf(read, message, [...path, aliasStep(local)], [copyRemedy(module, local), live]),
    code: 'SNAPSHOT_LOST',
    native: 'differs',
    cause: 'build',
  };
}

/** Nothing shows whether the program uses the copy once more. */
function ofCopy(read: ReadEvent, write: WriteEvent): Finding {
  const { module, name, loc } = read;
  const place = placeText(loc);
  const path = [{ text: `${place} takes ${name} out of the namespace`, loc }, writeStep(write.loc, name)];
  const remedies = [unchecked(`keeping the namespace, and reading ${name} of it`)];
  const message = `${place} keeps a copy of ${name} of ${module}, which is written later`;
  return { ...findingOf(read, message, path, remedies), severity: 'info' };
}

const findingOf = (
  { importer, module, name, loc, seq }: ReadEvent,
  message: string,
  path: readonly FindingStep[],
  remedies: readonly Remedy[],
): Finding => ({
  code: 'SNAPSHOT',
  severity: 'warning',
  message,
  native: 'same',
  modules: [importer, module],
  binding: name,
  loc,
  seq,
  path,
  cause: 'unknown',
  remedies,
});

export const exportStep = (module: string, loc: Place | null, local: string): FindingStep => ({
  text: `${loc ? placeText(loc) : module} exports the value of ${local} by default: by ECMA-262 a snapshot`,
  loc,
});

export const writeStep = (loc: Place, name: string): FindingStep => ({
  text: `${placeText(loc)} writes ${name}`,
  loc,
});

export const aliasStep = (local: string): FindingStep => ({
  text: `this build uses ${local} itself`,
  loc: null,
});

export const liveRemedy = (module: string, local: string): Remedy =>
  unchecked(`export { ${local} as default } in ${module}, if importers should see its writes`);

export const copyRemedy = (module: string, local: string): Remedy =>
  unchecked(`exporting a constant copy of ${local} by default in ${module}`);

const unchecked = (text: string): Remedy => ({ text: `try ${text}`, checked: false });
