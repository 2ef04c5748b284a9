/** Statements of every kind, with loops that end: each turn of one that might not takes from the program's `spend()`. */
import type { Choices } from './choices.ts';
import { ASSIGNMENT, type Expressions, RELATION } from './expressions.ts';
import { inFunction, type Scope, withLocals } from './scope.ts';
import { type Part, type Parts, parts as p, recordedOnly } from './text.ts';

type Make = (scope: Scope) => Parts;

/** What binds tighter than `in`, for the head of a loop. */
const IN_HEAD = RELATION + 1;

export interface Statements {
  statement(scope: Scope): Parts;
  /** The statement, and a `catch` that shows what it throws. */
  caught(scope: Scope, text: Parts): Parts;
}

export function createStatements(choices: Choices, expressions: Expressions): Statements {
  const { below, oneIn, oneOf } = choices;
  const { expression, shaped, fresh } = expressions;
  let depth = 0;

  const leaves: readonly [Make, ...Make[]] = [
    (s) => p`show(${expression(s)});\n`,
    (s) => p`${expressions.statement(s)};\n`,
    (s) => p`${expressions.statement(s)};\n`,
    jump,
  ];

  const all: readonly [Make, ...Make[]] = [
    ...leaves,
    (s) => p`if (${expression(s)}) ${block(s)}`,
    (s) => p`if (${expression(s)}) ${expressions.statement(s)}; else ${block(s)}`,
    destructuring,
    destructuring,
    several,
    conditionalVar,
    forLet,
    forLet,
    forWrite,
    forOf,
    forOf,
    forOf,
    forOfWrite,
    forOfWrite,
    forIn,
    forMember,
    whileLoop,
    whileLoop,
    doLoop,
    doLoop,
    labelledBlock,
    labelledLoops,
    switchStatement,
    switchStatement,
    (s) => caught(s, block(s)),
    withFinally,
    (s) => p`(function () ${block(inFunction(s))})();\n`,
    localGenerator,
    (s) => p`class ${fresh()} { static ${block({ ...inFunction(s), inFunction: false })} }\n`,
    (s) => caught(s, p`throw ${expression(s)};\n`),
    waiting,
    waiting,
    forAwait,
    forAwait,
    forAwait,
    forAwaitLabelled,
    forAwaitLabelled,
  ];

  return { statement, caught };

  function statement(scope: Scope): Parts {
    depth++;
    const text = oneOf(depth > 3 ? leaves : all)(scope);
    depth--;
    return text;
  }

  function block(scope: Scope): Parts {
    const count = 1 + below(2);
    const list: Part[] = [];
    for (let i = 0; i < count; i++) list.push(...statement(scope));
    return p`{\n${list}}\n`;
  }

  /** A loop's body: mostly a block. */
  function body(scope: Scope, before = ''): Parts {
    const inside = { ...scope, inLoop: true };
    if (oneIn(3))
      return [recordedOnly(`{ ${before}`), ...expressions.statement(inside), ';\n', recordedOnly('}')];
    return p`{\n${[recordedOnly(before)]}${block(inside)}}\n`;
  }

  function caught(scope: Scope, text: Parts): Parts {
    const name = fresh();
    const parameter = oneIn(4) ? '{ message: '.concat(name, ' }') : name;
    // The message of an engine's own error is shown by `show` of the error itself.
    return parameter === name
      ? p`try {\n${text}} catch (${name}) {\n${went(scope)}show(${name});\n}\n`
      : p`try {\n${text}} catch ${oneIn(2) ? `(${parameter}) ` : ''}{\n${went(scope)}show('caught');\n}\n`;
  }

  /** A wait that was rejected goes on here. */
  function went({ awaits, file }: Scope): Parts {
    return awaits === 'module' ? [recordedOnly(`$caught('${file}');`)] : [];
  }

  function withFinally(scope: Scope): Parts {
    const text = p`try ${block(scope)} finally {\n${went(scope)}${statement(scope)}}\n`;
    return caught(scope, text);
  }

  function jump({ inLoop, labels, inFunction: canReturn }: Scope): Parts {
    const loops = labels.filter(({ isLoop }) => isLoop);
    const jumps = [
      ...(inLoop ? ['break;\n', 'continue;\n'] : []),
      ...labels.map(({ name }) => `break ${name};\n`),
      ...loops.map(({ name }) => `continue ${name};\n`),
      ...(canReturn && labels.length === 0 && !inLoop ? ['return;\n'] : []),
    ];
    const [first, ...others] = jumps;
    if (!first) return p`show('no jump');\n`;
    return p`if (${oneOf(['true', '1', 'pick()'])}) ${oneOf([first, ...others])}`;
  }

  /** A pattern of new variables. */
  function pattern(
    scope: Scope,
    names: readonly [string, string],
  ): { text: Parts; source: 'object' | 'array' } {
    const [a, b] = names;
    switch (below(5)) {
      case 0:
        return { text: p`{ a: ${a} = ${expression(scope)}, ...${b} }`, source: 'object' };
      case 1:
        return { text: p`[${a}, , ${b} = ${expression(scope)}]`, source: 'array' };
      case 2:
        return { text: p`{ b: { c: ${a} } = ${shaped(scope, 'object')}, ${b} }`, source: 'object' };
      case 3:
        return { text: p`[[${a}] = ${shaped(scope, 'array')}, ...${b}]`, source: 'array' };
      default:
        return { text: p`{ [${expression(scope)}]: ${a}, a: ${b} }`, source: 'object' };
    }
  }

  function destructuring(scope: Scope): Parts {
    const names = [fresh(), fresh()] as const;
    const { text, source } = pattern(scope, [names[0], names[1]]);
    return p`${oneOf(['const', 'let', 'var'])} ${text} = ${shaped(scope, source)};\nshow([${names.join(', ')}]);\n`;
  }

  function several(scope: Scope): Parts {
    const [a, b, c] = [fresh(), fresh(), fresh()];
    return p`let ${a} = ${expression(scope)}, { a: ${b} } = ${shaped(scope, 'object')}, [${c}] = ${shaped(scope, 'array')};\nshow([${a}, ${b}, ${c}]);\n`;
  }

  function conditionalVar(scope: Scope): Parts {
    const name = fresh();
    const declaration = oneOf([
      p`var { a: ${name} } = ${shaped(scope, 'object')}`,
      p`var [${name}] = ${shaped(scope, 'array')}`,
      p`var ${name} = ${expression(scope)}`,
    ]);
    const text = oneOf([
      p`if (${expression(scope)}) ${declaration};\n`,
      p`do ${declaration}; while (0);\n`,
      p`${fresh()}: ${declaration};\n`,
      p`if (0); else ${declaration};\n`,
    ]);
    return p`${text}show(${name});\n`;
  }

  function forLet(scope: Scope): Parts {
    const [i, a, b] = [fresh(), fresh(), fresh()];
    const { text, source } = pattern(scope, [a, b]);
    const head = oneIn(2)
      ? p`let ${i} = 0, ${a} = ${expression(scope, IN_HEAD)}, ${b} = ${i}`
      : p`let ${text} = ${shaped(scope, source)}, ${i} = 0`;
    return p`for (${head}; ${i} < 2; ${i}++) ${body(withLocals(scope, a, b, i))}`;
  }

  function forWrite(scope: Scope): Parts {
    if (scope.writes.length === 0) return forOf(scope);
    const { name, written } = head(scope);
    const { name: step, written: stepped } = head(scope);
    const initial: Parts = [
      recordedOnly('$assigned('),
      name,
      ' = ',
      ...expression(scope, IN_HEAD),
      recordedOnly(`,()=>{${written}})`),
    ];
    const update: Parts = [
      recordedOnly('$assigned('),
      step,
      oneOf(['++', '--', ' += 1']),
      recordedOnly(`,()=>{${stepped}})`),
    ];
    const i = fresh();
    return p`{\nlet ${i} = 2;\nfor (${initial}; ${i}-- > 0; ${update}) ${body(withLocals(scope, i))}}\n`;
  }

  function head(scope: Scope): { name: Part; written: string } {
    const [first, ...others] = scope.writes;
    if (!first) throw new Error('Nothing to write');
    return expressions.target(oneOf([first, ...others]), scope.file);
  }

  function forOf(scope: Scope): Parts {
    const [a, b] = [fresh(), fresh()];
    const inside = withLocals(scope, a, b);
    if (below(2) === 0) {
      const source =
        below(3) === 0 ? p`[${expression(scope)}, ${expression(scope)}]` : shaped(scope, 'array');
      return p`for (${oneOf(['const', 'let', 'var'])} ${a} of ${source}) ${body(withLocals(scope, a))}`;
    }
    const { text, source } = pattern(scope, [a, b]);
    return p`for (const ${text} of [${shaped(scope, source)}]) ${body(inside)}`;
  }

  function forOfWrite(scope: Scope): Parts {
    if (scope.writes.length === 0) return forOf(scope);
    if (below(2) === 0) {
      const { name, written } = head(scope);
      return p`for (${[name]} of [${expression(scope)}, ${expression(scope)}]) ${body(scope, written)}`;
    }
    const { pattern: targets, written } = expressions.targets(scope);
    return p`for (${targets} of [${shaped(scope, oneOf(['array', 'object']))}]) ${body(scope, written)}`;
  }

  function forIn(scope: Scope): Parts {
    if (scope.writes.length > 0 && oneIn(2)) {
      const { name, written } = head(scope);
      return p`for (${[name]} in ${shaped(scope, 'object')}) ${body(scope, written)}`;
    }
    const name = fresh();
    return p`for (const ${name} in ${shaped(scope, 'object')}) ${body(withLocals(scope, name))}`;
  }

  function forMember(scope: Scope): Parts {
    return p`for (${shaped(scope, 'object')}.z of [1, ${expression(scope)}]) ${body(scope)}`;
  }

  function whileLoop(scope: Scope): Parts {
    const i = fresh();
    return p`{\nlet ${i} = 2;\nwhile (${i}-- > 0 && (spend(), ${expression(scope)})) ${body(scope)}}\n`;
  }

  function doLoop(scope: Scope): Parts {
    const i = fresh();
    const inside = oneIn(2)
      ? p`${expressions.statement({ ...scope, inLoop: true })};`
      : p`${block({ ...scope, inLoop: true })}`;
    return p`{\nlet ${i} = 2;\ndo ${inside} while (${i}-- > 0 && ${expression(scope, RELATION)});\n}\n`;
  }

  function labelledBlock(scope: Scope): Parts {
    const name = fresh();
    return p`${name}: ${block({ ...scope, labels: [...scope.labels, { name, isLoop: false }] })}`;
  }

  function labelledLoops(scope: Scope): Parts {
    const name = fresh();
    const [a, b] = [fresh(), fresh()];
    const inside = withLocals(
      { ...scope, inLoop: true, labels: [...scope.labels, { name, isLoop: true }] },
      a,
      b,
    );
    return p`${name}: for (const ${a} of [1, 2]) {\nfor (const ${b} of ${shaped(scope, 'array')}) {\n${statement(inside)}${jump(inside)}}\n}\n`;
  }

  function switchStatement(scope: Scope): Parts {
    const inside = { ...scope, inLoop: scope.inLoop };
    return p`switch (${expression(scope)}) {\ncase ${expression(scope)}: ${statement(inside)}break;\ndefault: ${statement(inside)}case ${expression(scope)}:\n${statement(inside)}}\n`;
  }

  function localGenerator(scope: Scope): Parts {
    const [name, value] = [fresh(), fresh()];
    const inside = inFunction(scope, { generator: true });
    return p`{\nfunction* ${name}(${value} = ${expression(inFunction(scope))}) {\nshow(yield ${expression(inside)});\nyield* ${shaped(inside, 'array')};\n${statement(inside)}}\nfor (const ${value} of ${name}()) show(${value});\n}\n`;
  }

  function waiting(scope: Scope): Parts {
    if (scope.awaits === 'never') return p`show(${expression(scope)});\n`;
    const inside = block(inFunction(scope, { async: true }));
    return oneOf([
      p`(async () => ${inside})();\n`,
      p`(async function () {\nawait ${expression(inFunction(scope, { async: true }), ASSIGNMENT + 12)};\n${inside}})();\n`,
    ]);
  }

  /**
   * for await (const x of v) body  →  for await (const x of $wait(0, v)) { $go(0); try { body } finally { $wait(0) } }, and $go(0)
   * however the loop is left.
   */
  function waitingLoop(scope: Scope, label: string, inside: (scope: Scope) => Parts): Parts {
    const values = ((): Parts => {
      switch (below(5)) {
        case 0:
          return p`[${expression(scope)}, ${expression(scope)}]`;
        case 1:
          return p`(function* () { yield ${expression(inFunction(scope, { generator: true }))}; })()`;
        case 2:
          return p`(async function* () { yield ${expression(inFunction(scope, { async: true, generator: true }))}; })()`;
        case 3:
          return p`[${expressions.wait(scope)}]`;
        default:
          return p`[1, 2]`;
      }
    })();
    const name = fresh();
    const [variable, written]: [Parts, string] = ((): [Parts, string] => {
      if (scope.writes.length === 0 || below(2) === 0) return [p`const ${name}`, ''];
      const target = head(scope);
      return [[target.name], target.written];
    })();
    const bodyScope = withLocals({ ...scope, inLoop: true }, ...(written ? [] : [name]));
    if (scope.awaits === 'function')
      return p`${label}for await (${variable} of ${values}) {\n${[recordedOnly(written)]}${inside(bodyScope)}}\n`;
    const number = expressions.site({ file: scope.file, text: 'wait' });
    const loop: Part = { program: 'for', recorded: 'for', site: number };
    return [
      recordedOnly('{ try { '),
      label,
      loop,
      ' await (',
      ...variable,
      ' of ',
      recordedOnly(`$wait(${number},`),
      ...values,
      recordedOnly(')'),
      ') {\n',
      recordedOnly(`$go(${number}); try { ${written}`),
      ...inside(bodyScope),
      recordedOnly(`} finally { $wait(${number}); }`),
      '}\n',
      recordedOnly(`} finally { $go(${number}); } }`),
    ];
  }

  function forAwait(scope: Scope): Parts {
    if (scope.awaits === 'never') return forOf(scope);
    const label = fresh();
    const isLabelled = oneIn(3);
    const labels = isLabelled ? [...scope.labels, { name: label, isLoop: true }] : scope.labels;
    return waitingLoop(scope, isLabelled ? `${label}: ` : '', (s) => statement({ ...s, labels }));
  }

  function forAwaitLabelled(scope: Scope): Parts {
    if (scope.awaits === 'never') return labelledLoops(scope);
    const name = fresh();
    const labels = [...scope.labels, { name, isLoop: true }];
    const outer = { ...scope, inLoop: true };
    const loop = waitingLoop(outer, '', (s) => p`${statement({ ...s, labels })}${jump({ ...s, labels })}`);
    return p`${name}: for (const ${fresh()} of [1, 2]) {\n${loop}}\n`;
  }
}
