import type { Format } from './format.ts';

/** A `require` in the prologue. The chunk has no wrapper, so `load` never returns null. */
export const cjs: Format = {
  load: (path, { names }) =>
    `const { build: ${names.holder}, seen: ${names.seen} } = require(${JSON.stringify(path)});`,
  file: (runtime, given) =>
    `'use strict';\n${runtime}\nexports.build = createBuild(${given});\nexports.seen = exports.build.seen;\n`,
};
