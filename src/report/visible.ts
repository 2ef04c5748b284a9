/** Names of files and values come from anybody: what would move the cursor, or turn the text around, is shown instead. */

// Control and format characters, the marks of direction among them, and separators of lines. A tab does no harm.
const HIDDEN = /(?!\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The text on one line, each hidden character as `\u202e`. */
export const visible = (text: string): string =>
  text.replace(HIDDEN, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
