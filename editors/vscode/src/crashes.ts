// The crash directory as a tree in the Run and Debug view: a node a kind of crash, with its dumps, the newest first.

import * as vscode from 'vscode'
import { log } from './log'
import type { Row } from './rows'
import { appeared, details, groups, title } from './rows'
import type { Tibidi } from './tibidi'

const DEBOUNCE_MILLISECONDS = 300
const STATE = 'tibidi.state' // missing | empty | listed: what the view says when it has no dumps

/** A dump, or with several rows a kind of crash, for which the newest of them stands. */
export interface Node {
  rows: Row[]
  isGroup: boolean
}

export class Crashes implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>()
  readonly onDidChangeTreeData = this.changed.event
  rows: Row[] = []
  private known: Set<string> | undefined // the dumps that are no news
  private watchers: vscode.Disposable[] = []
  private watched = ''
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly tibidi: Tibidi) {}

  /** List the dumps again; say so if one appeared. */
  async refresh(): Promise<void> {
    try {
      await this.list()
    } catch (error) {
      log().error(String(error))
    }
  }

  getChildren(node?: Node): Node[] {
    if (node) return node.isGroup ? node.rows.map(row => ({ rows: [row], isGroup: false })) : []
    return groups(this.rows).map(rows => ({ rows, isGroup: rows.length > 1 }))
  }

  getTreeItem({ rows, isGroup }: Node): vscode.TreeItem {
    const newest = rows[0]
    if (!newest) return new vscode.TreeItem('')
    const { Collapsed, None } = vscode.TreeItemCollapsibleState
    const item = new vscode.TreeItem(title(newest), isGroup ? Collapsed : None)
    item.id = (isGroup ? 'group ' : '') + newest.path
    item.description = details(rows, Date.now())
    item.tooltip = [newest.message, newest.dump, newest.time].filter(Boolean).join('\n')
    item.accessibilityInformation = { label: `${title(newest)}, ${item.description}` }
    item.iconPath = new vscode.ThemeIcon(newest.state === 'whole' ? 'bug' : 'warning')
    item.contextValue = isGroup ? 'group' : 'dump'
    if (!isGroup) item.command = { command: 'tibidi.open', title: 'Open', arguments: [{ rows, isGroup }] }
    return item
  }

  dispose(): void {
    clearTimeout(this.timer)
    this.watchers.forEach(each => { each.dispose() })
    this.changed.dispose()
  }

  private async list(): Promise<void> {
    const found = await this.tibidi.list()
    this.watch(found?.directories ?? [])
    this.rows = found?.rows ?? []
    const fresh = this.known ? appeared(this.rows, this.known) : []
    if (found) this.known = new Set(this.rows.filter(row => row.state !== 'unfinished').map(row => row.path))
    this.changed.fire(undefined)
    await vscode.commands.executeCommand('setContext', STATE, !found ? 'missing' : this.rows.length > 0 ? 'listed' : 'empty')
    const newest = fresh.at(-1)
    if (newest && vscode.workspace.getConfiguration('tibidi').get<boolean>('notify', true)) void notify(newest, fresh.length - 1)
  }

  private watch(directories: readonly string[]): void {
    if (this.watched === directories.join('\0')) return
    this.watched = directories.join('\0')
    this.watchers.forEach(each => { each.dispose() })
    const later = () => {
      clearTimeout(this.timer)
      this.timer = setTimeout(() => void this.refresh(), DEBOUNCE_MILLISECONDS)
    }
    this.watchers = directories.flatMap(directory => {
      const pattern = new vscode.RelativePattern(vscode.Uri.file(directory), '*.{pkl,partial,tibidi}')
      const watcher = vscode.workspace.createFileSystemWatcher(pattern)
      return [watcher, watcher.onDidCreate(later), watcher.onDidChange(later), watcher.onDidDelete(later)]
    })
  }
}

async function notify(row: Row, more: number): Promise<void> {
  const text = title(row) + (more > 0 ? `, and ${more} more` : '')
  const answer = await vscode.window.showInformationMessage(text, 'Open', 'Debug')
  const node: Node = { rows: [row], isGroup: false }
  if (answer) await vscode.commands.executeCommand(answer === 'Open' ? 'tibidi.open' : 'tibidi.debug', node)
}
