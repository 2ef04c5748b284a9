// Runs the entries of one bundle, one after another, by the loader of its format: `node load.mjs format dir entry…`.
import { load } from './loaders.mjs';

const [format, dir, ...entries] = process.argv.slice(2);
for (const entry of entries) await load[format](dir, entry);
