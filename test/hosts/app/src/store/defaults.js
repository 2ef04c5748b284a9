export const defaults = { limit: 20 };
