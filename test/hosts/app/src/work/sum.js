import { add } from './add.js';

export const sum = (numbers) => numbers.reduce(add, 0);
