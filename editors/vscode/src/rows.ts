// The dumps of the crash directory, as `tibidi list --all --json` prints them, by kind of crash.

import { bareType, shortPath } from './dump'

export interface Row {
  path: string
  dump: string
  state: 'whole' | 'unfinished' | 'damaged'
  fingerprint: string
  time: string
  type: string
  message: string
  program: string
  file: string
  line: number
  cause: string
  own_file: string
  own_line: number
  /** The node id of the test of pytest that failed. */
  test?: string
}

/** Return the rows by fingerprint, the newest crash first; a dump without one is a group of its own. */
export function groups(rows: readonly Row[]): Row[][] {
  const found = new Map<string, Row[]>()
  for (const row of [...rows].reverse()) {
    const key = row.fingerprint || row.path
    found.set(key, [...(found.get(key) ?? []), row])
  }
  return [...found.values()]
}

/** Return the crash in a few words, such as `ReportError in shop/report.py:34`. */
export function title(row: Row): string {
  if (!row.type) return row.dump
  const [file, line] = row.own_file ? [row.own_file, row.own_line] : [row.file, row.line]
  return bareType(row.type) + (file ? ` in ${shortPath(file)}:${line}` : '')
}

/** Return what is worth knowing besides the title: the cause, the state, how often, when. */
export function details(group: readonly Row[], now: number): string {
  const [newest] = group
  if (!newest) return ''
  const facts = [
    newest.cause && `caused by ${bareType(newest.cause)}`,
    newest.state === 'whole' ? '' : newest.state,
    group.length > 1 ? `${group.length}×` : '',
    ago(now - Date.parse(newest.time))
  ]
  return facts.filter(Boolean).join(' · ')
}

/** Return an age in the largest whole unit, "" if the time is not known. */
export function ago(milliseconds: number): string {
  if (Number.isNaN(milliseconds)) return ''
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000))
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${minutes} min ago`
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ago` : `${Math.floor(minutes / 60 / 24)} d ago`
}

/** Return the rows that are not in `known`, finished ones only. */
export function appeared(rows: readonly Row[], known: ReadonlySet<string>): Row[] {
  return rows.filter(row => row.state === 'whole' && !known.has(row.path))
}
