export type { ConsoleOptions, Options, RuntimePlacement } from './options.ts';
export { modulePhases, modulePhases as default } from './plugin.ts';
export type * from './protocol.ts';
