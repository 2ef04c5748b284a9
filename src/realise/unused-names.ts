/** Returns prefixes that no identifier of the chunk begins with, literal (direct eval sees it) or escaped. */
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

/** Replaces `\u005f` and `\u{5f}` by the characters that they stand for. */
const withoutEscapes = (code: string): string =>
  code.replace(/\\u(?:([\da-f]{4})|\{([\da-f]+)\})/gi, (text, four?: string, braced?: string) => {
    const point = Number.parseInt(four ?? braced ?? '', 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : text;
  });
