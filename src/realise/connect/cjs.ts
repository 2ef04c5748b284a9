import type { FileConnection } from './file-connection.ts';

export const cjs: FileConnection = {
  connect:
    (path) =>
    ({ names }) =>
      `const { build: ${names.build}, seen: ${names.seen} } = require(${JSON.stringify(path)});\n`,
  file: (runtime, table) =>
    `'use strict';\n${runtime}\nexports.build = createBuild(${table});\nexports.seen = exports.build.seen;\n`,
};
