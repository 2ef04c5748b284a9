// Runs one bundle by the loader of its format: `node load.mjs format dir entry`.
import { load } from './loaders.mjs';

const [format, dir, entry] = process.argv.slice(2);
await load[format](dir, entry);
