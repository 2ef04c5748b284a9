/** Applies the text of a remedy to the sources, as a reader of it would. */
import { dirname, join } from 'node:path/posix';
import type { TraceEvent } from '../../../src/protocol/events.ts';
import type { Finding } from '../../../src/protocol/finding.ts';

type Modules = Record<string, string>;

export function applied(
  modules: Modules,
  text: string,
  finding: Finding,
  events: readonly TraceEvent[],
): Modules {
  const earlier = /^put line (\d+) of (\S+) before line (\d+)$/.exec(text);
  if (earlier) {
    const [, late, path, early] = earlier;
    return edited(modules, path, (lines) => {
      const [line] = lines.splice(Number(late) - 1, 1);
      lines.splice(Number(early) - 1, 0, line as string);
    });
  }
  const bare = /^import '(\S+)' in (\S+), before line (\d+)$/.exec(text);
  if (bare) {
    const [, specifier, path, line] = bare;
    return edited(modules, path, (lines) => void lines.splice(Number(line) - 1, 0, `import '${specifier}';`));
  }
  const straight = /^import (?:\{ (\S+)(?: as \S+)? \}|\S+) from '(\S+)' in (\S+)$/.exec(text);
  if (straight) {
    const [, exported = 'default', specifier, path] = straight;
    return importedStraight(modules, exported, specifier as string, path as string, finding, events);
  }
  throw new Error(`Not understood: ${text}`);
}

function edited(modules: Modules, path: string | undefined, edit: (lines: string[]) => void): Modules {
  const lines = modules[path ?? '']?.split('\n');
  if (!lines) throw new Error(`No module ${path}`);
  edit(lines);
  return { ...modules, [path as string]: lines.join('\n') };
}

/** The name leaves its statement for one of its own, which stands before. */
function importedStraight(
  modules: Modules,
  exported: string,
  specifier: string,
  path: string,
  { seq }: Finding,
  events: readonly TraceEvent[],
): Modules {
  const event = events[seq ?? -1];
  if (event?.type !== 'read') throw new Error('No read');
  const { local } = event;
  const target = join(dirname(path), specifier);
  // Its own exports: what it re-exports from elsewhere is no declaration.
  const declaration = new RegExp(
    `^export (?:(?:const|let|var|class|function) ${exported}\\b|\\{ \\w+ as ${exported} \\};)`,
    'm',
  );
  if (exported !== 'default' && !declaration.test(modules[target] ?? ''))
    throw new Error(`${target} has no ${exported}`);
  return edited(modules, path, (lines) => {
    const [base = '', member] = local.split('.');
    const at = lines.findIndex(
      (line) => line.startsWith('import ') && new RegExp(`\\b${base}\\b`).test(line),
    );
    const line = lines[at];
    if (line === undefined) throw new Error(`No import of ${local}`);
    const own = member === undefined ? base : `${base}_${member}`;
    const [head, from] = line.split(' from ');
    let rest = '';
    if (member === undefined) {
      const names = (head as string).replace(/^import \{ | \}$/g, '').split(', ');
      const others = names.filter((each) => !each.endsWith(` as ${base}`));
      if (others.length > 0) rest = `import { ${others.join(', ')} } from ${from}`;
    } else {
      for (const [index, each] of lines.entries())
        if (index !== at) lines[index] = each.replaceAll(new RegExp(`\\b${base}\\.${member}\\b`, 'g'), own);
      if (lines.some((each, index) => index !== at && new RegExp(`\\b${base}\\b`).test(each))) rest = line;
    }
    const import_ = `import { ${exported} as ${own} } from '${specifier}';`;
    lines.splice(at, 1, import_, ...(rest ? [rest] : []));
  });
}
