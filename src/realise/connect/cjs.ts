import type { FileConnection } from './file-connection.ts';

export const cjs: FileConnection = {
  connect: (path) => ({
    prologue: ({ names, table }) =>
      `const { build: ${names.holder}, seen: ${names.seen} } = require(${JSON.stringify(path)});\n${names.build}.chunk(${table});`,
  }),
  file: (runtime, table) =>
    `'use strict';\n${runtime}\nexports.build = createBuild(${table});\nexports.seen = exports.build.seen;\n`,
};
