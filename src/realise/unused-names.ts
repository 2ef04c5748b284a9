/**
 * Gives names that nothing in the code begins with, in no scope: neither to the letter, which `eval` could see, nor
 * escaped.
 */
export function unusedNames(code: string): (name: string) => string {
  const unescaped = code.includes('\\u') ? withoutEscapes(code) : code;
  return (name) => {
    let unused = name;
    for (let suffix = 1; code.includes(unused) || unescaped.includes(unused); suffix++) {
      unused = `${name}_${suffix}`;
    }
    return unused;
  };
}

/** With the characters that `\u005f` and `\u{5f}` stand for. */
const withoutEscapes = (code: string): string =>
  code.replace(/\\u(?:([\da-f]{4})|\{([\da-f]+)\})/gi, (text, four?: string, braced?: string) => {
    const point = Number.parseInt(four ?? braced ?? '', 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : text;
  });
