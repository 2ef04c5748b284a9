/** CommonJS modules that were required while they were still running: PARTIAL_EXPORTS. */
import type { RequireEvent } from '../protocol/events.ts';
import type { Finding, FindingStep } from '../protocol/finding.ts';
import type { Run } from './run.ts';
import { placeText } from './words.ts';

/** The importer gets the exports that are there by then. Node's own loader behaves so too. */
export function partialExports({ requires }: Run): Finding[] {
  const findings: Finding[] = [];
  const known = new Set<string>();
  /** The requires that have not returned, each within the one before. */
  const open: RequireEvent[] = [];
  for (const event of requires) {
    if (event.type !== 'require-start') open.pop();
    else {
      const key = `${placeText(event.loc)} ${event.module}`;
      if (event.status === 'evaluating' && !known.has(key)) {
        known.add(key);
        findings.push(findingOf(event, open));
      }
      open.push(event);
    }
  }
  return findings;
}

function findingOf(event: RequireEvent, open: readonly RequireEvent[]): Finding {
  const { importer, loc, module, seq } = event;
  const from = open.map((each) => each.module).lastIndexOf(module);
  const path = open.slice(from + 1).concat(event);
  return {
    code: 'PARTIAL_EXPORTS',
    severity: 'info',
    message: `${placeText(loc)} requires ${module}, which is still running: it gets the exports so far`,
    native: 'same',
    modules: [...new Set([importer, module, ...path.map((each) => each.importer)])],
    loc,
    seq,
    path: path.map((each): FindingStep => {
      const end = each === event ? ', which is in progress already' : '';
      return { text: `${placeText(each.loc)} requires ${each.module}${end}`, loc: each.loc };
    }),
    cause: 'cycle',
    remedies: [
      {
        text: `try reading properties of ${module} later, in a function that is called once all modules have run`,
        checked: false,
      },
    ],
  };
}
