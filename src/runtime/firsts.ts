/** The first request of each target is logged regardless of `limit`: their number is bounded by the program's text. */

/**
 * Returns a function that says whether it is called for a target for the first time. A module of the build is known by
 * its number, any other target by the number of the site.
 */
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
