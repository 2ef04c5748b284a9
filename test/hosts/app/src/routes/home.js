import { cart } from '../store/cart.js';
import { visit } from '../visits.js';

visit();

export const title = `Home Of ${cart.items[0]}`;
