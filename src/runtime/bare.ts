/** Objects that inherit nothing: a page's `Object.prototype` may have what they lack, as an accessor too. */

const { assign, create } = Object;

/** A copy without a prototype. */
export const bare = <T extends object>(object: T): T => assign(create(null), object);
