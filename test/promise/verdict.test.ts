/**
 * Random programs, each run by Node as it is, as a bundle and as a traced one: what `explain` says of them is what they
 * did. `VERDICTS` sets their number, `SEED` the first of them. Where one fails, a smaller one that fails is looked for.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { config } from 'chai';
import fc from 'fast-check';
import { type Counts, checkVerdict, countsText, describeProgram } from '../support/verdict/check.ts';
import { programs } from '../support/verdict/generate.ts';
import { changesOf, runAll, WAYS } from '../support/verdict/run.ts';

const COUNT = Number(process.env.VERDICTS ?? 300);
const SEED = Number(process.env.SEED ?? 20261121);
