import type { Manifest } from '../protocol/manifest.ts';

/** Requests by module, as the sources have them or would have them after a change. */
export type Requests = readonly (readonly number[])[];

export const requestsOf = ({ modules }: Manifest): Requests =>
  modules.map(({ requests }) => requests.map(({ module }) => module));
