// The sources of a dump: the files of the workspace where they are the same, else the captured text, read-only.

import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import * as vscode from 'vscode'
import type { Frame, Summary } from './dump'
import type { Candidate } from './mapping'
import { bestMatch, isLocalPath, moduleRoot, pathMappings, sameText } from './mapping'

export const SCHEME = 'tibidi-source'

const MAX_CANDIDATES = 200
const EXCLUDED = '**/{node_modules,.venv,venv,.tox,.nox,site-packages,__pycache__}/**'

/** Where a file of a dump is here; `uri` is undefined if it is not. */
export interface Place {
  state: 'same' | 'differs' | 'missing'
  uri?: vscode.Uri
}

/** The sources of one dump. */
export class Sources {
  private readonly places = new Map<string, Promise<Place>>()

  constructor(
    readonly dump: string,
    private readonly summary: Summary
  ) {}

  /** Return where a file of the dump is here. */
  async place(file: string): Promise<Place> {
    const known = this.places.get(file) ?? this.locate(file)
    this.places.set(file, known)
    return await known
  }

  /** Look for the files again: they were changed. */
  forget(): void {
    this.places.clear()
  }

  /** Return the captured text of a file. */
  text(file: string): string | undefined {
    return Object.hasOwn(this.summary.sources, file) ? this.summary.sources[file] : undefined
  }

  /** Return the address of the captured text as a read-only document. */
  captured(file: string): vscode.Uri {
    const name = file.split(/[/\\]/).at(-1) ?? file
    return vscode.Uri.from({ scheme: SCHEME, path: `/${name}`, query: JSON.stringify({ dump: this.dump, file }) })
  }

  /** Show the line of a frame: in the file here if it has the same text, else in the captured text. */
  async open({ file, line }: Frame): Promise<void> {
    const { state, uri } = await this.place(file)
    const target = uri && (state === 'same' || this.text(file) === undefined) ? uri : this.captured(file)
    const position = new vscode.Position(Math.max(line - 1, 0), 0)
    await vscode.window.showTextDocument(target, { selection: new vscode.Range(position, position), preview: false })
  }

  /** Show the captured text beside the file here. */
  async compare(file: string, line = 1): Promise<void> {
    const { uri } = await this.place(file)
    if (!uri) throw new Error(`no file of the workspace is ${file}`)
    const position = new vscode.Position(Math.max(line - 1, 0), 0)
    const title = `${basename(uri.fsPath)} (at the crash ↔ here)`
    await vscode.commands.executeCommand('vscode.diff', this.captured(file), uri, title, { selection: new vscode.Range(position, position) })
  }

  /** Return the pairs of folders by which a debugger shows the files here for those of the dump. */
  async mappings(files: Iterable<string>): Promise<{ localRoot: string; remoteRoot: string }[]> {
    const found: [string, string][] = []
    for (const file of new Set(files)) {
      const { state, uri } = await this.place(file)
      if (uri && state === 'same') found.push([file, uri.fsPath])
    }
    return pathMappings(found)
  }

  /** Return the folders here from which the modules of these frames are imported, in the order of the frames. */
  async importRoots(frames: Iterable<Frame>): Promise<string[]> {
    const found = new Set<string>()
    for (const { file, module } of frames) {
      const { uri } = await this.place(file)
      if (uri) found.add(moduleRoot(uri.fsPath, module))
    }
    return [...found]
  }

  private async locate(file: string): Promise<Place> {
    if (file.startsWith('<')) return { state: 'missing' }
    const exact = isLocalPath(file) ? await this.candidate(file, file) : undefined
    const match = exact ?? bestMatch(file, await this.candidates(file))
    if (!match) return { state: 'missing' }
    return { state: match.same ? 'same' : 'differs', uri: vscode.Uri.file(match.path) }
  }

  private async candidates(file: string): Promise<Candidate[]> {
    const name = (file.split(/[/\\]/).at(-1) ?? '').replace(/[{}[\]*?,!]/g, '?')
    const found = name ? await vscode.workspace.findFiles(`**/${name}`, EXCLUDED, MAX_CANDIDATES) : []
    return (await Promise.all(found.map(uri => this.candidate(file, uri.fsPath)))).filter(each => each !== undefined)
  }

  private async candidate(file: string, path: string): Promise<Candidate | undefined> {
    const captured = this.text(file)
    try {
      const text = await readFile(path, 'utf8')
      return { path, same: captured !== undefined && sameText(text, captured) }
    } catch {
      return undefined // not a file here
    }
  }
}

/** Return the dump and the file of an address that `Sources.captured` made. */
export function parseCaptured(uri: vscode.Uri): { dump: string; file: string } {
  return JSON.parse(uri.query) as { dump: string; file: string }
}
