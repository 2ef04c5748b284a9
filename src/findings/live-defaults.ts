/** What the manifest alone shows of default exports: SNAPSHOT_LOST, before anything runs. */
import type { Finding } from '../protocol/finding.ts';
import type { Manifest } from '../protocol/manifest.ts';
import { aliasStep, copyRemedy, exportStep, liveRemedy, writeStep } from './snapshots.ts';
import { declarationOf } from './words.ts';

/** A finding for each `export default a` that a module of the build reads, where this build uses `a` itself and `a` is written. */
export function liveDefaults(manifest: Manifest): Finding[] {
  return manifest.modules.flatMap(({ path, bindings, isCompiled }, module): Finding[] => {
    const index = bindings.findIndex(({ isAliased }) => isAliased);
    const { local, writes } = bindings[index] ?? {};
    if (local === undefined || !writes) return [];
    const importers = manifest.modules.filter(({ imports = [] }) =>
      imports.some((imported) => imported.module === module && imported.binding === index),
    );
    if (importers.length === 0) return [];
    const loc = declarationOf(manifest, module, 'default');
    return [
      {
        code: 'SNAPSHOT_LOST',
        severity: 'info',
        message: `importers of the default export of ${path} see writes to ${local} in this build`,
        native: 'differs',
        modules: [path, ...importers.map((importer) => importer.path)],
        binding: 'default',
        loc,
        path: [
          exportStep(path, loc, local),
          ...writes.map((write) =>
            writeStep({ file: path, ...write, ...(isCompiled && { compiled: true }) }, local),
          ),
          aliasStep(local),
        ],
        cause: 'build',
        remedies: [copyRemedy(path, local), liveRemedy(path, local)],
      },
    ];
  });
}
