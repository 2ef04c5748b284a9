/** CommonJS modules that were required while they were still running: PARTIAL_EXPORTS. */
import type { Loc, RequireEvent } from '../protocol/events.ts';
import type { Finding, FindingStep } from '../protocol/finding.ts';
import type { Manifest, ManifestModule, ManifestProperty } from '../protocol/manifest.ts';
import { mayCome, type Run, type Seen } from './run.ts';
import { isBefore, ONLY_HERE, placeText, specifierTo } from './words.ts';

/** The importer gets the exports that are there by then. Node's own loader behaves so too. */
export function partialExports({ manifest, run }: Seen): Finding[] {
  const findings: Finding[] = [];
  const known = new Set<string>();
  /** The requires that have not returned, each within the one before. */
  const open: RequireEvent[] = [];
  for (const event of run.requires) {
    if (event.type !== 'require-start') open.pop();
    else {
      const key = `${placeText(event.loc)} ${event.module}`;
      if (event.status === 'evaluating' && !known.has(key)) {
        known.add(key);
        const from = open.map((each) => each.module).lastIndexOf(event.module);
        findings.push(...findingsOf(manifest, run, event, open.slice(from + 1)));
      }
      open.push(event);
    }
  }
  return findings;
}

/**
 * One for each property that is missing; without any, one of the `require` alone.
 *
 * @param between the requires that led from the module to its importer
 */
function findingsOf(
  manifest: Manifest,
  run: Run,
  event: RequireEvent,
  between: readonly RequireEvent[],
): Finding[] {
  const { importer, loc, module, seq } = event;
  const [at, from] = [indexOf(manifest, importer), manifest.modules[indexOf(manifest, module)]];
  const row = manifest.modules[at] as ManifestModule;
  /** Where the module's own body has stopped: what it assigns behind that is not there. */
  const stop = between.find((each) => each.importer === module);
  const later = from?.exportsAt?.filter((property) => stop && isBefore(stop.loc, property)) ?? [];
  const path = between.concat(event).map((each): FindingStep => {
    const end = each === event ? `, while ${module} runs` : '';
    return { text: `${placeText(each.loc)} requires ${each.module}${end}`, loc: each.loc };
  });
  /** The step that says what comes too late. */
  const step = ({ name, line, column, replaces }: ManifestProperty, read = name): FindingStep => {
    const place: Loc = { ...(stop as RequireEvent).loc, line, column };
    const text = replaces
      ? `replaces module.exports only after that, and ${importer} keeps ${replaces === 'object' ? 'the old object' : 'undefined'}`
      : `assigns ${read} only after that`;
    return { text: `${placeText(place)} ${text}`, loc: place };
  };
  const finding = {
    code: 'PARTIAL_EXPORTS' as const,
    modules: [...new Set([importer, module, ...between.map((each) => each.importer)])],
    seq,
  };
  const missing = readsOf(run, at, row, loc).flatMap(({ name, line, column }): Finding[] => {
    const isMeant = (property: ManifestProperty): boolean => property.name === name || property.name === '';
    const late = later.find(isMeant);
    if (!from || !stop || !late || from.exportsAt?.filter(isMeant).length !== later.filter(isMeant).length)
      return [];
    const isNone = late.replaces === 'nothing';
    const place: Loc = { ...loc, line, column };
    const until = late.replaces ? 'has replaced module.exports' : 'has assigned it';
    const result = isNone
      ? 'TypeError, where it gives undefined without bundling'
      : 'undefined, and without bundling as well';
    return [
      {
        ...finding,
        severity: run.errorOf[at] === undefined ? 'warning' : 'error',
        message: `${isNone ? ONLY_HERE : ''}${placeText(place)} reads ${name} of ${module} before ${module} ${until}: ${result}`,
        native: isNone ? 'differs' : 'same',
        binding: name,
        loc: place,
        path: path.concat(step(late, name)),
        cause: isNone ? 'build' : 'cycle',
        remedies: [
          `try to require '${specifierTo(row, from)}' inside the function that uses ${name}`,
          `try to assign ${late.replaces ? 'module.exports' : `exports.${name}`} before the require of ${stop.module} (${placeText(stop.loc)})`,
        ].map((text) => ({ text, checked: false })),
      },
    ];
  });
  if (missing.length > 0) return missing;
  const replaced = later.find(({ replaces }) => replaces);
  const isNone = replaced?.replaces === 'nothing';
  const given = isNone
    ? 'undefined, where it gets an object without bundling'
    : replaced
      ? 'an object that is replaced later'
      : 'the exports so far';
  return [
    {
      ...finding,
      severity: 'info',
      message: `${placeText(loc)} requires ${module}, which is still running: it gets ${given}`,
      native: isNone ? 'differs' : 'same',
      loc,
      path: replaced ? path.concat(step(replaced)) : path,
      cause: isNone ? 'build' : 'cycle',
      remedies: [
        {
          text: replaced
            ? `try to require ${module} inside the functions that use it`
            : `try reading properties of ${module} later, in a function that is called once all modules have run`,
          checked: false,
        },
      ],
    },
  ];
}

const indexOf = ({ modules }: Manifest, name: string): number =>
  modules.findIndex(({ path }) => path === name);

/** What the importer reads by name for sure, unless it has failed in a way that no such read explains. */
function readsOf(
  { errorOf, errors }: Run,
  importer: number,
  { requires = [] }: ManifestModule,
  loc: Loc,
): readonly ManifestProperty[] {
  const failed = errorOf[importer];
  // Only that module has the text of an error with which the program ended.
  const text = errors.find(
    (error, module) => error !== undefined && (errorOf[module] ?? -1) >= (failed ?? 0),
  );
  if (failed !== undefined && !mayCome(text, 'undefined')) return [];
  return requires.find(({ line, column }) => line === loc.line && column === loc.column)?.reads ?? [];
}
