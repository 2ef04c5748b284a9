import type { Format } from './format.ts';

/** The import comes first: a leaf of the graph is initialized even within a cycle of chunks. */
export const es: Format = {
  load(path, { names, edits, head }) {
    const imported = `{ build as ${names.holder}, seen as ${names.seen} }`;
    edits.insert(head, `\nimport ${imported} from ${JSON.stringify(path)};\n`);
    return '';
  },
  file: (runtime, table) =>
    `${runtime}\nconst build = createBuild(${table}), { seen } = build;\nexport { build, seen };\n`,
};
