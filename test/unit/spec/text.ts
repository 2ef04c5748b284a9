import { type Body, type Graph, isSuspended } from './graph.ts';

/** The sources of a graph's modules, which call what `host.mjs` gives them. `nameOf`: how they name a module. */
export const textsOf = ({ modules }: Graph, nameOf: (module: number) => string = String): string[] =>
  modules.map((body, index) => textOf(body, index, nameOf));

function textOf(body: Body, index: number, nameOf: (module: number) => string): string {
  const lines = body.requests.map((request) => `import '${nameOf(request)}';`);
  if (body.marks !== undefined) lines.push(`evaluates(${body.marks});`);
  lines.push(`log('start ${index}');`);
  for (const step of body.steps) {
    if (step === 'tick') {
      lines.push('await tick();');
      continue;
    }
    const call = `imported(${step.imports}, () => import('${nameOf(step.imports)}'));`;
    lines.push(step.isAwaited ? `await ${call}` : call);
  }
  // A body that was suspended ends in a turn of its own: nothing comes between its end and what follows from it.
  if (isSuspended(body)) lines.push('await tick();');
  else if (body.hasTLA) lines.push('if (false) await 0;');
  lines.push(body.throws ? `log('throw ${index}'); throw new Error('${index}');` : `log('end ${index}');`);
  return lines.join('\n');
}
