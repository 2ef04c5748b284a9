/** Asks for the first of each kind: what is never lost to `limit`, so that the loss is bounded by the program's text. */

/** Whether nothing was asked of this target before: a module by its number, what is none of the build's by its site. */
export function createFirsts(): (site: number, target: number | string | null) => boolean {
  const modules: boolean[] = [];
  const sites: boolean[] = [];
  return (site, target) => {
    const list = typeof target === 'number' ? modules : sites;
    const key = typeof target === 'number' ? target : site;
    if (list[key]) return false;
    list[key] = true;
    return true;
  };
}
