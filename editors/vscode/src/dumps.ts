// The dumps that are open: their summaries, their sources, and the one whose values the editors show.

import { stat } from 'node:fs/promises'
import * as vscode from 'vscode'
import type { Summary } from './dump'
import { Sources } from './sources'
import type { Tibidi } from './tibidi'

export interface OpenDump {
  path: string
  summary: Summary
  sources: Sources
}

/** Loads dumps, and knows which one is shown. */
export class Dumps implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<OpenDump | undefined>()
  private readonly loaded = new Map<string, { version: string; dump: Promise<OpenDump> }>()
  /** Fires when another dump is shown. */
  readonly onDidChange = this.changed.event
  /** The dump whose values the editors show. */
  current: OpenDump | undefined

  constructor(private readonly tibidi: Tibidi) {}

  /** Return a dump, read anew if the file has changed. */
  async load(path: string): Promise<OpenDump> {
    const { mtimeMs, size } = await stat(path)
    const version = `${mtimeMs} ${size}`
    const known = this.loaded.get(path)
    if (known?.version === version) return await known.dump
    const dump = this.tibidi.summary(path).then(summary => ({ path, summary, sources: new Sources(path, summary) }))
    this.loaded.set(path, { version, dump })
    dump.catch(() => this.loaded.delete(path))
    return await dump
  }

  /** Show the values of a dump in the editors; of none if undefined. */
  show(dump: OpenDump | undefined): void {
    if (dump === this.current) return
    this.current = dump
    this.changed.fire(dump)
  }

  /** Forget a dump that is no longer open. */
  close(path: string): void {
    this.loaded.delete(path)
    if (this.current?.path === path) this.show(undefined)
  }

  dispose(): void {
    this.changed.dispose()
  }
}
