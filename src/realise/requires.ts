/** CommonJS modules that run where they are required: the call, and the body. */
import { listOf } from '../ast/statement.ts';
import type { Ancestor } from '../ast/walk.ts';
import { addSite, type Context, fileOf, guard } from './context.ts';
import type { LocatedSite } from './locate.ts';
import { realiseHandler } from './phases.ts';

export function realiseRequires(context: Context, located: readonly LocatedSite[]): void {
  const { edits, names } = context;
  for (const found of located) {
    const { site, place, module } = found;
    if (site.kind === 'require') realiseRequire(context, found);
    const statement = site.kind === 'body' && statementOf(place);
    if (!statement) continue;
    if (site.kind === 'body' && site.edge === 'start') {
      edits.afterStatement(statement, ` ${names.build}.start(${module.index});`);
    } else edits.beforeStatement(statement, `${names.build}.end(${module.index}); `);
  }
}

/** requireA()  →  build.required(0,(seen[0]||build.requiring(0),requireA())) */
function realiseRequire(context: Context, required: LocatedSite): void {
  const { site, place, module } = required;
  const call = place.parent;
  const target = context.resolve(required, [])?.[0];
  if (call?.node.type !== 'CallExpression' || place.key !== 'callee' || target === undefined) return;
  const number = addSite(context, [
    'q',
    module.index,
    site.line,
    site.column,
    target,
    ...fileOf(context, required),
  ]);
  const { edits, names } = context;
  edits.wrap(
    call,
    `${names.build}.required(${number},(${guard(context, number, `requiring(${number})`)},`,
    '))',
  );
  realiseHandler(context, required);
}

function statementOf(place: Ancestor): Ancestor | undefined {
  let at: Ancestor | null = place;
  while (at && !listOf(at)) at = at.parent;
  return at ?? undefined;
}
