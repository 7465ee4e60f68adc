// Which file of the workspace is the one that a dump names: the path of another machine ends as the local one does.

/** A file of the workspace; `same` says that its text is the captured one. */
export interface Candidate {
  path: string
  same: boolean
}

// tibidi captures of a larger file only the lines around those of the frames; tibidi/model.py has the limit.
const MAX_WHOLE_CHARACTERS = 1 << 20

/** Return true for a path that this machine may look at: Windows would connect to a host that a path names. */
export function isLocalPath(path: string): boolean {
  return !/^[/\\]{2}/.test(path) && /^(?:[/\\]|[A-Za-z]:[/\\])/.test(path)
}

/** Return how many parts two paths have in common at the end. */
export function commonSuffix(one: string, other: string): number {
  const [left, right] = [parts(one), parts(other)]
  let count = 0
  while (count < Math.min(left.length, right.length) && left.at(-1 - count) === right.at(-1 - count)) count++
  return count
}

/**
 * Return the candidate that is `name` here: with the longest common suffix, then with the same text.
 *
 * The name of the file alone is no evidence, as many files are called `main.py`,
 * unless the text is the same, or there is no other file of this name.
 */
export function bestMatch(name: string, candidates: readonly Candidate[]): Candidate | undefined {
  const ranked = candidates
    .map(each => ({ each, common: commonSuffix(name, each.path) }))
    .filter(({ each, common }) => common > 1 || (common === 1 && (each.same || candidates.length === 1)))
    .sort((a, b) => b.common - a.common || Number(b.each.same) - Number(a.each.same) || a.each.path.length - b.each.path.length)
  return ranked[0]?.each
}

/** Return true if two texts have the same lines, whatever their line ends; lines that were not captured are equal. */
export function sameText(local: string, captured: string): boolean {
  const [ours, theirs] = [lines(local), lines(captured)]
  if (local.length <= MAX_WHOLE_CHARACTERS) return ours.length === theirs.length && theirs.every((line, number) => line === ours[number])
  return theirs.every((line, number) => line === '' || line === ours[number])
}

/** Return the lines of a text without their ends. */
export function lines(text: string): string[] {
  return text.replace(/\r?\n$/, '').split(/\r?\n/)
}

/** Return the pairs of folders by which debugpy finds the local files, for files that have another path here. */
export function pathMappings(found: Iterable<readonly [string, string]>): { localRoot: string; remoteRoot: string }[] {
  const roots = new Map<string, string>()
  for (const [there, here] of found) {
    const tail = commonSuffix(there, here)
    const [remoteRoot, localRoot] = [head(there, tail), head(here, tail)]
    if (remoteRoot && localRoot && remoteRoot !== localRoot && !roots.has(remoteRoot)) roots.set(remoteRoot, localRoot)
  }
  return [...roots].map(([remoteRoot, localRoot]) => ({ localRoot, remoteRoot }))
}

/** Return the folder from which a module is imported, by the file that it is in. */
export function moduleRoot(file: string, module: string): string {
  const depth = module === '__main__' ? 1 : module.split('.').length
  return head(file, /[/\\]__init__\.py$/.test(file) ? depth + 1 : depth)
}

function parts(path: string): string[] {
  return path.split(/[/\\]+/).filter(part => part !== '' && part !== '.')
}

/** Return a path without its last parts. */
function head(path: string, tail: number): string {
  let rest = path
  for (let count = 0; count < tail; count++) rest = rest.slice(0, Math.max(rest.lastIndexOf('/'), rest.lastIndexOf('\\')))
  return rest
}
