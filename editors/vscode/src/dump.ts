// The summary of a dump, as `tibidi show --json --sources` prints it: what the extension reads of it.

export interface Variable {
  type: string
  preview: string
}

export interface Frame {
  file: string
  module: string
  name: string
  qualname: string
  line: number
  first_line: number
  locals: Record<string, Variable>
}

export interface Stack {
  frames: Frame[]
}

export interface DumpedException extends Stack {
  type: string
  message: string
}

export interface Summary {
  /** Whose key signed the file: the user's, somebody else's (or the file was changed since), nobody's. */
  signature: 'yours' | 'other' | 'none'
  culprit: { exception: number; frame: number | null }
  /** The paths of the frames of own code, such as `exceptions[0].frames[2]`. */
  own: string[]
  /** The text of each captured file, by the name that it has in the frames. */
  sources: Record<string, string>
  time: string
  tibidi: string
  process: { argv: string[]; cwd: string; python: string; platform: string }
  exceptions: DumpedException[]
  threads: Stack[]
  tasks: Stack[]
}

export interface PlacedFrame {
  path: string
  frame: Frame
}

const SIGNERS: Record<Summary['signature'], string> = {
  yours: 'Signed with your key.',
  other: 'Not signed with your key: somebody else signed it, or it was changed since.',
  none: 'Not signed: anybody may have made it.'
}

/** Say whose key signed a dump. */
export function signer(summary: Summary): string {
  return SIGNERS[summary.signature]
}

/** Return the name of a type without its module. */
export function bareType(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

/** Return the last two parts of a path of any system, such as `shop/report.py`. */
export function shortPath(path: string): string {
  return path.split(/[/\\]/).filter(Boolean).slice(-2).join('/')
}

/** Return the path of the frame of the root cause. */
export function culpritPath(summary: Summary): string {
  const { exception, frame } = summary.culprit
  return frame === null ? '' : framePath('exceptions', exception, frame)
}

/** Return the own frames of all stacks: the root cause first, threads and tasks last, the innermost frame first. */
export function ownFrames(summary: Summary): PlacedFrame[] {
  const own = new Set(summary.own)
  const { threads, tasks } = summary
  const exceptions = summary.exceptions.length > 0 ? summary.exceptions : threads.slice(0, 1) // which stands for what happened
  return Object.entries({ exceptions, threads, tasks }).flatMap(([kind, stacks]) =>
    stacks.flatMap(({ frames }, number) =>
      frames
        .map((frame, index) => ({ path: framePath(kind, number, index), frame }))
        .filter(({ path }) => own.has(path))
        .reverse()
    )
  )
}

function framePath(kind: string, number: number, frame: number): string {
  return `${kind}[${number}].frames[${frame}]`
}
