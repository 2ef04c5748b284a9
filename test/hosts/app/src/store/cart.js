import { defaults } from './index.js';

let limit = 5;
try {
  limit = defaults.limit;
} catch (error) {
  console.log(`app: keeps its limit (${error.name})`);
}

export const cart = { items: ['tea', 'cup'], limit };
