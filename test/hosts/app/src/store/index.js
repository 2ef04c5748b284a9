export { cart } from './cart.js';
export { defaults } from './defaults.js';
