// Which captured variables a line of source mentions, and which frame a line belongs to.

import type { Frame, PlacedFrame, Variable } from './dump'

const MAX_NAMES = 6
const MAX_VALUE = 80 // characters
// Strings and comments mention nothing; the text of an f-string is not parsed.
const NO_NAMES = /#.*|[rbu]*(["'])(?:\\.|(?!\1).)*\1/gi
const IDENTIFIER = /(?<![\w.\p{L}])[\p{L}_][\p{L}\p{N}_]*/gu

/** Return the variables of a frame that occur in a line, in their order. */
export function mentioned(line: string, locals: Readonly<Record<string, Variable>>): [string, Variable][] {
  const names = new Set(line.replace(NO_NAMES, ' ').match(IDENTIFIER))
  return [...names].flatMap(name => {
    const variable = Object.hasOwn(locals, name) ? locals[name] : undefined
    return variable && !isDefinition(variable) ? [[name, variable] as [string, Variable]] : []
  })
}

/** Return the values of a line in one line of text. */
export function inlineText(found: readonly [string, Variable][]): string {
  const shown = found.slice(0, MAX_NAMES).map(([name, { preview }]) => `${name} = ${cut(preview)}`)
  return shown.concat(found.length > MAX_NAMES ? ['…'] : []).join(', ')
}

/** Return the innermost frame whose function has a line of a file, counted from 1; `text` has the lines of the file. */
export function frameAt(frames: readonly PlacedFrame[], text: readonly string[], line: number): PlacedFrame | undefined {
  const around = frames.filter(({ frame }) => isModule(frame) || (frame.first_line <= line && line <= lastLine(text, frame.first_line)))
  return around.sort((a, b) => start(b.frame) - start(a.frame))[0]
}

/** Return the last line of the function that starts at a line: the last one before code that is indented no deeper. */
export function lastLine(text: readonly string[], first: number): number {
  const start = text.findIndex((line, index) => index >= first - 1 && !/^\s*@/.test(line))
  const header = text[start] ?? ''
  if (!/^\s*(?:async\s+def|def|class)\b/.test(header)) return first // a lambda, or a generator in brackets
  const depth = indent(header)
  let open = brackets(header) // of the signature, which may have several lines
  let last = start
  for (let index = start + 1; index < text.length; index++) {
    const line = text[index] ?? ''
    if (open > 0) open += brackets(line)
    else if (line.trim() === '' || line.trimStart().startsWith('#')) continue
    else if (indent(line) <= depth) break
    last = index
  }
  return last + 1
}

function brackets(line: string): number {
  const code = line.replace(NO_NAMES, '')
  return (code.match(/[([{]/g)?.length ?? 0) - (code.match(/[)\]}]/g)?.length ?? 0)
}

function isModule(frame: Frame): boolean {
  return frame.name === '<module>'
}

function start(frame: Frame): number {
  return isModule(frame) ? 0 : frame.first_line
}

function isDefinition({ preview }: Variable): boolean {
  return /^<(?:class|module|function|built-in function) /.test(preview)
}

function indent(line: string): number {
  return line.length - line.trimStart().length
}

function cut(text: string): string {
  const flat = text.replace(/\s+/g, ' ')
  return flat.length > MAX_VALUE ? `${flat.slice(0, MAX_VALUE)}…` : flat
}
