/** CommonJS modules that were required while they were still running: PARTIAL_EXPORTS. */
import type { RequireEvent, TraceEvent } from '../protocol/events.ts';
import type { Finding, FindingStep } from '../protocol/finding.ts';
import { placeText } from './words.ts';

/** The importer gets the exports that are there by then. Node's own loader behaves so too. */
export function partialExports(events: readonly TraceEvent[]): Finding[] {
  const findings: Finding[] = [];
  const known = new Set<string>();
  /** The requires that have not returned, each within the one before. */
  let open: RequireEvent[] = [];
  for (const event of events) {
    if (event.type === 'require-end' || event.type === 'require-error') {
      const at = open.map(placeOf).lastIndexOf(placeOf(event));
      if (at >= 0) open = open.slice(0, at);
    } else if (event.type === 'require-start') {
      if (event.status === 'evaluating' && !known.has(placeOf(event))) {
        known.add(placeOf(event));
        findings.push(findingOf(event, open));
      }
      open.push(event);
    }
  }
  return findings;
}

const placeOf = ({ loc, module }: RequireEvent): string => `${placeText(loc)} ${module}`;

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
