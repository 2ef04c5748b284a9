import './about.css';
import { visit, visits } from '../visits.js';

visit();

export const title = 'About Us';
export { visits };
