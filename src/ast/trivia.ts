/** Offset of the first character, from `offset` on, that is neither white space nor in a comment. */
export function skipTrivia(code: string, offset: number): number {
  for (;;) {
    while (/\s/.test(code.charAt(offset))) offset++;
    const end = code.startsWith('//', offset)
      ? lineEnd(code, offset)
      : code.startsWith('/*', offset)
        ? code.indexOf('*/', offset) + 2
        : -1;
    if (end < 0) return offset;
    offset = end;
  }
}

function lineEnd(code: string, offset: number): number {
  const end = code.indexOf('\n', offset);
  return end < 0 ? code.length : end;
}
