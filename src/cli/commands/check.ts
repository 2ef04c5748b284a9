import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { type BaselineEntry, baselineOf, checkedBy } from '../../findings/baseline.ts';
import { identityOf } from '../../findings/identity.ts';
import { findingsOf } from '../../findings/recorded.ts';
import { strictEffects } from '../../findings/strict.ts';
import { factOf, verdictOf } from '../../findings/verdict.ts';
import { type Finding, SEVERITIES } from '../../protocol/finding.ts';
import { baselineText, readBaseline } from '../../report/checked/baseline-file.ts';
import { checkedGithub } from '../../report/checked/github.ts';
import { checkedJson } from '../../report/checked/json.ts';
import { type CheckedInput, checkedLines, type EffectOf } from '../../report/checked/lines.ts';
import { checkedMarkdown } from '../../report/checked/markdown.ts';
import { count } from '../../report/text/line.ts';
import type { Arguments } from '../arguments.ts';
import { build, pluginFrom } from '../build.ts';
import type { Job } from '../bundlers/job.ts';
import { EXIT, type ExitCode, Failure, fileFailure } from '../failure.ts';
import { frames, type Sources } from '../frames.ts';
import { inputOf } from '../input.ts';
import { print, printText, tell } from '../terminal.ts';
import { readJudged } from '../trace.ts';

/** Used where `--baseline` names none. */
const BASELINE = 'module-phases.baseline.json';

/** What is known of a program, whether it ran or not. */
interface Known extends Sources {
  findings: Finding[];
  /** Paths of all modules. */
  modules: ReadonlySet<string>;
  effectOf?: EffectOf;
}

export async function check(given: Arguments): Promise<ExitCode> {
  const input = inputOf(given.positionals[0] ?? '', given);
  if (given.has('strict-execution-order') && (input.kind === 'trace' || input.bundler === 'rollup'))
    throw new Failure('--strict-execution-order is for builds of Rolldown and of Vite 8');
  const baseline = readBaselineFile(given);
  const known = input.kind === 'trace' ? knownOfTrace(input.path, given) : await knownOfBuild(input, given);
  const severity = SEVERITIES.find((name) => name === given.one('severity')) ?? 'error';
  const checked = checkedBy({ ...known, baseline: baseline.entries, severity });
  if (given.has('update-baseline')) {
    const old = new Set(baseline.entries.map(identityOf));
    const kept = checked.below.filter((finding) => old.has(identityOf(finding)));
    const entries = baselineOf([...checked.fresh, ...checked.known, ...kept]);
    writeBaselineFile(baseline.path, entries);
    tell(
      `${baseline.path} has ${count(entries.length, 'finding')}: ${checked.fresh.length} new, ${checked.known.length} known, ${checked.fixed.length} taken out`,
    );
    return EXIT.FINE;
  }
  const exitCode = checked.fresh.length > 0 ? EXIT.FOUND : EXIT.FINE;
  // A pipe may close before all is printed.
  process.exitCode = exitCode;
  report(
    {
      ...checked,
      baseline: baseline.isThere ? baseline.path : undefined,
      frameOf: await frames(known, checked.fresh),
      effectOf: known.effectOf,
    },
    given,
    known.root,
  );
  return exitCode;
}

function knownOfTrace(path: string, given: Arguments): Known {
  const recorded = readJudged(path);
  return {
    findings: findingsOf(recorded),
    modules: new Set(recorded.builds.flatMap(({ modules }) => modules.map((module) => module.path))),
    root: resolve(given.one('root') ?? '.'),
    since: recorded.header.began,
  };
}

async function knownOfBuild(input: Job['input'], given: Arguments): Promise<Known> {
  const known = await proven(input, given, false);
  if (!given.has('strict-execution-order')) return known;
  const effects = strictEffects(known.findings, (await proven(input, given, true)).findings);
  return { ...known, effectOf: (finding) => effects.get(finding) };
}

/** What the manifests of all outputs prove, nothing of it twice. */
async function proven(input: Job['input'], given: Arguments, isStrict: boolean): Promise<Known> {
  const facts = new Map<string, Finding>();
  const modules = new Set<string>();
  let root: string | undefined;
  await build({
    input,
    dir: null,
    isFirstOnly: false,
    isStrict,
    ...pluginFrom(given),
    onManifest(manifest, folder) {
      root ??= folder;
      for (const { path } of manifest.modules) modules.add(path);
      const { findings, left } = verdictOf(manifest);
      for (const finding of findings) {
        if (!facts.has(factOf(finding))) facts.set(factOf(finding), finding);
      }
      if (left > 0) tell(`nobody has looked at the order of ${left} more entries`, 'warn');
    },
    onWritten() {},
  });
  if (root === undefined)
    throw new Failure(
      'the build told nothing: the plugin of the config is another version than this command, or the build has no output',
      EXIT.BUILD,
    );
  const findings = SEVERITIES.flatMap((severity) =>
    [...facts.values()].filter((finding) => finding.severity === severity),
  );
  return { findings, modules, root };
}

interface BaselineFile {
  path: string;
  isThere: boolean;
  entries: BaselineEntry[];
}

function readBaselineFile(given: Arguments): BaselineFile {
  const path = given.one('baseline') ?? BASELINE;
  if (!existsSync(path)) {
    if (given.has('baseline') && !given.has('update-baseline'))
      throw new Failure(`there is no baseline ${path}: --update-baseline writes it`);
    return { path, isThere: false, entries: [] };
  }
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw fileFailure('read', path, error);
  }
  try {
    return { path, isThere: true, entries: readBaseline(text) };
  } catch (error) {
    throw new Failure(`${path} is no baseline: ${(error as Error).message}`);
  }
}

function writeBaselineFile(path: string, entries: readonly BaselineEntry[]): void {
  try {
    writeFileSync(path, baselineText(entries));
  } catch (error) {
    throw fileFailure('write', path, error);
  }
}

function report(checked: CheckedInput, given: Arguments, root: string): void {
  switch (given.one('format')) {
    case 'json':
      printText(checkedJson(checked, checked.effectOf));
      return;
    case 'markdown':
      printText(checkedMarkdown(checked));
      return;
    case 'github':
      printText(checkedGithub(checked, (file) => pathInRepository(join(root, file))));
      summarize(checked);
      return;
    default:
      print(checkedLines(checked));
  }
}

/** GitHub names files by their path in the repository. */
function pathInRepository(file: string): string | undefined {
  const path = relative(process.env.GITHUB_WORKSPACE ?? '.', file);
  return path.startsWith('..') || isAbsolute(path) ? undefined : path.replaceAll('\\', '/');
}

/** The summary of the job has all that annotations leave out. */
function summarize(checked: CheckedInput): void {
  const path = process.env.GITHUB_STEP_SUMMARY;
  if (!path) return;
  try {
    appendFileSync(path, checkedMarkdown(checked));
  } catch (error) {
    throw fileFailure('write', path, error);
  }
}
