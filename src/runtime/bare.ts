/** Objects without a prototype: a page may have put properties, even accessors, on `Object.prototype`. */

const { assign, create } = Object;

/** A copy without a prototype. */
export const bare = <T extends object>(object: T): T => assign(create(null), object);
