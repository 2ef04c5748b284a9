/** Grammar of marks: functions that write, find and remove them. */

/** Text of the mark with number `site` of the module whose marks carry `token`. */
export const markText = (token: string, site: number): string => `/*~${token}:${site.toString(36)}*/`;

/** Source of an expression that matches a mark: group 1 is the token, group 2 the site in base 36. */
export const MARK_PATTERN = '/\\*~([0-9a-z]{10}):([0-9a-z]+)\\*/';

const MARK = new RegExp(MARK_PATTERN, 'g');

/** The start of every mark. */
const MARK_START = '/*~';

/**
 * Text that has the form of a mark; offsets are UTF-16 code units. It is a mark if its token is that of a module, since
 * the module's own code does not contain the token.
 */
export interface FoundMark {
  start: number;
  end: number;
  token: string;
  /** Number of the site. */
  site: number;
}

export const mayHaveMarks = (code: string): boolean => code.includes(MARK_START);

export const findMarks = (code: string): FoundMark[] =>
  mayHaveMarks(code)
    ? Array.from(code.matchAll(MARK), ({ index, 0: { length }, 1: token = '', 2: digits = '' }) => ({
        start: index,
        end: index + length,
        token,
        site: Number.parseInt(digits, 36),
      }))
    : [];

/** The code without the marks of one module. */
export const stripMarks = (code: string, token: string): string =>
  code.replace(MARK, (mark, owner: string) => (owner === token ? '' : mark));
