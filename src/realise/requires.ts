/**
 * CommonJS modules that \@rollup/plugin-commonjs wraps in a function, which runs when they are required:
 *
 * 1. `requireA()`  →  `build.required(0,(seen[0]||build.requiring(0),requireA()))`
 * 2. `createRequire("/dir")(x)`  →  `build.required(0,createRequire("/dir")(build.requiring(0,x)))`
 * 3. of a bundler that takes such modules as they are: `require_a()`, `(init_a(), __toCommonJS(a))`  →  as 1
 * 4. the body: `hasRequiredA = 1; … return a;`  →  `hasRequiredA = 1; build.start(0); … build.end(0); return a;`
 */

import { endOf, type NodePath, startOf } from '../ast/node-path.ts';
import { listOf } from '../ast/statement.ts';
import type { LocatedSite } from '../located.ts';
import { realiseHandler } from './awaits.ts';
import { addSite, type Context, guard } from './context.ts';

export function realiseRequires(context: Context, located: readonly LocatedSite[]): void {
  const { edits, names } = context;
  for (const locatedSite of located) {
    const { site, nodePath, module } = locatedSite;
    if (site.kind === 'require') realiseRequire(context, locatedSite);
    const statement = site.kind === 'body' && statementOf(nodePath);
    if (!statement) continue;
    if (site.kind === 'body' && site.edge === 'start') {
      edits.afterStatement(statement, ` ${names.build}.start(${module.index});`);
    } else edits.beforeStatement(statement, `${names.build}.end(${module.index}); `);
  }
}

function realiseRequire(context: Context, required: LocatedSite): void {
  const { site, nodePath } = required;
  const call = nodePath.key === 'callee' ? nodePath.parent : nodePath;
  if (site.kind !== 'require' || !call) return;
  const { edits, names } = context;
  if (site.isVariable) {
    const [specifier] = call.parent?.node.type === 'CallExpression' ? call.parent.node.arguments : [];
    if (!call.parent || call.key !== 'callee' || !specifier) return;
    const number = addSite(context, required, { kind: 'q', target: { module: null, binding: -1 } });
    edits.wrap(call.parent, `${names.build}.required(${number},`, ')');
    edits.wrapRange(startOf(specifier), endOf(specifier), `${names.build}.requiring(${number},`, ')');
  } else {
    const target = required.module.targets[required.number]?.[0];
    if (!target) return;
    const number = addSite(context, required, { kind: 'q', target });
    const announced = guard(context, number, `requiring(${number})`);
    edits.wrap(call, `${names.build}.required(${number},(${announced},`, '))');
  }
  realiseHandler(context, required);
}

function statementOf(nodePath: NodePath): NodePath | undefined {
  let at: NodePath | null = nodePath;
  while (at && !listOf(at)) at = at.parent;
  return at ?? undefined;
}
