import { relative, resolve } from 'node:path';
import { whyOf } from '../../findings/recorded.ts';
import type { RecordedTrace } from '../../report/trace-file.ts';
import { type Arguments, meant } from '../arguments.ts';
import { EXIT, type ExitCode, Failure } from '../failure.ts';
import { print } from '../terminal.ts';
import { readTrace } from '../trace.ts';

export async function why(given: Arguments): Promise<ExitCode> {
  const [path = '', first = '', second = ''] = given.positionals;
  const recorded = readTrace(path);
  const [a, b] = [moduleNamed(recorded, first), moduleNamed(recorded, second)];
  print(
    whyOf(recorded, a, b)
      .split('\n')
      .map((line, i) => [[line, i ? 'plain' : 'strong']]),
  );
  return EXIT.FINE;
}

/** The name as the trace has it: `./a.js` and an absolute path are meant as paths in this folder. */
function moduleNamed({ builds }: RecordedTrace, name: string): string {
  const paths = builds.flatMap(({ modules }) => modules.map((module) => module.path));
  const here = relative('.', resolve(name)).replaceAll('\\', '/');
  const given = [name, here].find((each) => paths.some((path) => path === each || path.endsWith(`/${each}`)));
  if (given !== undefined) return given;
  const near =
    meant(name, paths) || meant(name, [...new Set(paths.map((path) => path.split('/').at(-1) ?? path))]);
  throw new Failure(`the trace has no module ${name}${near}`);
}
