import type { Format } from './format.ts';

/**
 * The import comes first. The runtime's file imports nothing, so it is evaluated before any chunk, even in a cycle of
 * chunks. The chunk has no wrapper, so `load` never returns null.
 */
export const es: Format = {
  load(path, { names, edits, head }) {
    const imported = `{ build as ${names.holder}, seen as ${names.seen} }`;
    edits.insert(head, `\nimport ${imported} from ${JSON.stringify(path)};\n`);
    return '';
  },
  file: (runtime, given) =>
    `${runtime}\nconst build = createBuild(${given}), { seen } = build;\nexport { build, seen };\n`,
};
