// A crash as Markdown for an issue.

import type { Summary } from './dump'
import { bareType, culpritPath, ownFrames, shortPath } from './dump'

/** Return the text of an issue: what crashed, where, on what, and the crash as `tibidi show --plain` prints it. */
export function issue(summary: Summary, shown: string): string {
  const crash = summary.exceptions.at(-1)
  const cause = summary.exceptions[summary.culprit.exception]
  const at = ownFrames(summary).find(({ path }) => path === culpritPath(summary))?.frame
  const because = cause && cause !== crash ? `, caused by ${bareType(cause.type)}` : ''
  const place = at ? ` in ${shortPath(at.file)}:${at.line}` : ''
  const { python, platform, argv } = summary.process
  return [
    `### ${plain(`${bareType(crash?.type ?? 'Crash')}${because}${place}`)}`,
    '',
    plain([...new Set([cause?.message, crash?.message])].filter(Boolean).join(' · ')),
    '',
    plain(`\`${shortPath(argv[0] ?? '')}\`, Python ${python}, ${platform}, ${summary.time.slice(0, 16).replace('T', ' ')} UTC`),
    '',
    ...fenced(shown.trimEnd()),
    ''
  ].join('\n')
}

/** Return lines as a block of code, whatever they hold. */
function fenced(text: string): string[] {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(run => run.length))
  const fence = '`'.repeat(longest + 1)
  return [`${fence}text`, text, fence]
}

/** Return a text in one line in which no markup of HTML works. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
