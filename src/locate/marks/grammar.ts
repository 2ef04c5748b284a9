/** What a mark looks like: written, found, and taken out again. */

/** Text of the mark with number `site` of the module whose marks carry `token`. */
export const markText = (token: string, site: number): string => `/*~${token}:${site.toString(36)}*/`;

/** Source of an expression that matches a mark: group 1 is the token, group 2 the site in base 36. */
export const MARK_PATTERN = '/\\*~([0-9a-z]{10}):([0-9a-z]+)\\*/';

const MARK = new RegExp(MARK_PATTERN, 'g');

/** Text without which there is no mark. */
const MARK_START = '/*~';

/** What has the form of a mark in a text. It is one if it has the token of a module, whose own code lacks that. */
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

/** Without the marks of one module. */
export const stripMarks = (code: string, token: string): string =>
  code.replace(MARK, (mark, owner: string) => (owner === token ? '' : mark));
