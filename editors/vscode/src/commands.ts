// The commands of the extension. Each takes a node of the tree, an address, or the dump that is in front.

import { basename } from 'node:path'
import * as vscode from 'vscode'
import type { Crashes, Node } from './crashes'
import { TYPE } from './debugging'
import type { Dumps } from './dumps'
import { VIEW_TYPE } from './editor'
import type { Environments } from './environment'
import { log, showError } from './log'
import { issue } from './markdown'
import { details, title } from './rows'
import { Sources, parseCaptured } from './sources'
import { dumpOf } from './testing'
import type { Tibidi } from './tibidi'

/** The scheme of documents with the analysis of a dump. */
export const ANALYSIS = 'tibidi-analysis'

type Argument = Node | vscode.Uri | { id: string } | undefined

export interface Parts {
  crashes: Crashes
  dumps: Dumps
  environments: Environments
  tibidi: Tibidi
  tree: vscode.TreeView<Node>
}

/** Register all commands; an error of one is shown. */
export function registerCommands(parts: Parts): vscode.Disposable[] {
  const { crashes, environments, tree } = parts
  const onDump = (act: (dump: string, parts: Parts) => Promise<void>) => async (argument: Argument) => {
    const dump = await chosenDump(argument, crashes)
    if (dump !== undefined) await act(dump, parts)
  }
  const commands: Record<string, (argument: Argument, selected?: Node[]) => Promise<void>> = {
    open: onDump(open),
    debug: onDump(dump => debug(dump)),
    debugLive: onDump(dump => debug(dump, { live: true })),
    debugLatest: () => debug('latest.pkl'),
    debugTest: argument => debugTest(argument, parts),
    analyze: onDump(dump => analyze(dump)),
    retry: onDump(retry),
    copyMarkdown: onDump(copyMarkdown),
    compare: argument => compare(argument, parts),
    delete: (argument, selected) => remove(selected ?? [argument], parts),
    refresh: () => crashes.refresh(),
    install: async () => {
      await environments.install(vscode.workspace.workspaceFolders?.[0])
      await crashes.refresh()
    },
    log: () => {
      log().show()
      return Promise.resolve()
    }
  }
  return Object.entries(commands).map(([name, act]) =>
    vscode.commands.registerCommand(`tibidi.${name}`, async (argument: Argument | 'selection', more?: unknown) => {
      // A key passes no node, unlike a menu; package.json lets those of the tree say so.
      const selected = argument === 'selection' ? [...tree.selection] : Array.isArray(more) ? (more as Node[]) : undefined
      await act(argument === 'selection' ? selected?.[0] : argument, selected).catch(showError)
    })
  )
}

async function open(dump: string): Promise<void> {
  await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(dump), VIEW_TYPE)
}

async function debug(dump: string, more: { live?: boolean } = {}): Promise<void> {
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(dump)) ?? vscode.workspace.workspaceFolders?.[0]
  await vscode.debug.startDebugging(folder, { type: TYPE, request: 'launch', name: basename(dump), dump, ...more })
}

async function debugTest(argument: Argument, { crashes }: Parts): Promise<void> {
  const row = argument && 'id' in argument ? dumpOf(argument, crashes.rows) : undefined
  if (!row) throw new Error('no dump of this test is there any more')
  await debug(row.path)
}

/** Show the analysis as a read-only document, which VS Code does not ask to save. */
async function analyze(dump: string): Promise<void> {
  await vscode.window.showTextDocument(vscode.Uri.from({ scheme: ANALYSIS, path: `/${basename(dump)} (analysis)`, query: dump }), { preview: true })
}

/** Call the function of the frame again, with the code that is here: in a terminal, which shows what it prints. */
async function retry(dump: string, { environments, tibidi }: Parts): Promise<void> {
  if (!vscode.workspace.isTrusted) throw new Error('retrying runs code: trust the workspace first')
  await tibidi.check('retry')
  const detail = 'The function that crashed is called with its captured arguments: code of the workspace runs.'
  if ((await vscode.window.showWarningMessage(`Retry ${basename(dump)}?`, { modal: true, detail }, 'Retry')) === undefined) return
  const folder = vscode.workspace.workspaceFolders?.[0]
  const { path } = await environments.require(folder, ['tibidi'])
  const execution = new vscode.ProcessExecution(path, ['-m', 'tibidi', 'retry', dump], folder ? { cwd: folder.uri.fsPath } : {})
  const task = new vscode.Task({ type: TYPE, dump }, folder ?? vscode.TaskScope.Workspace, `Retry ${basename(dump)}`, 'tibidi', execution)
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true }
  await vscode.tasks.executeTask(task)
}

async function copyMarkdown(dump: string, { dumps, tibidi }: Parts): Promise<void> {
  const [{ summary }, shown] = await Promise.all([dumps.load(dump), tibidi.text(dump)])
  await vscode.env.clipboard.writeText(issue(summary, shown))
  vscode.window.setStatusBarMessage('The crash is on the clipboard, as Markdown', 4000)
}

/** Compare the captured text that is in front with the file here. */
async function compare(argument: Argument, { dumps }: Parts): Promise<void> {
  const uri = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri
  if (!uri) return
  const { dump, file } = parseCaptured(uri)
  const { summary } = await dumps.load(dump)
  await new Sources(dump, summary).compare(file, (vscode.window.activeTextEditor?.selection.active.line ?? 0) + 1)
}

async function remove(nodes: readonly Argument[], { crashes }: Parts): Promise<void> {
  const paths = [...new Set(nodes.flatMap(node => (node && 'rows' in node ? node.rows.map(row => row.path) : [])))]
  if (paths.length === 0) return
  const names = paths.map(path => basename(path))
  const question = names.length === 1 ? `Delete ${names.join('')}?` : `Delete ${names.length} dumps?`
  const detail = `${names.slice(0, 10).join('\n')}\n\nThey cannot be restored.`
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, 'Delete')) === undefined) return
  const pages = vscode.window.tabGroups.all.flatMap(group => group.tabs).filter(({ input }) => input instanceof vscode.TabInputCustom && paths.includes(input.uri.fsPath))
  await vscode.window.tabGroups.close(pages)
  for (const path of paths) await vscode.workspace.fs.delete(vscode.Uri.file(path))
  await crashes.refresh()
}

/** Return the dump that a command is about; ask if there is none in front. */
async function chosenDump(argument: Argument, crashes: Crashes): Promise<string | undefined> {
  if (argument instanceof vscode.Uri) return argument.fsPath
  if (argument && 'rows' in argument) return argument.rows[0]?.path
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input
  if (input instanceof vscode.TabInputCustom && input.viewType === VIEW_TYPE) return input.uri.fsPath
  await crashes.refresh()
  const items = [...crashes.rows].reverse().map(row => ({ label: title(row), description: details([row], Date.now()), detail: row.path }))
  const other = { label: 'Another file…', description: '', detail: '' }
  const picked = await vscode.window.showQuickPick([...items, other], { placeHolder: 'Which dump?', matchOnDetail: true })
  if (picked !== other) return picked?.detail
  return (await vscode.window.showOpenDialog({ filters: { 'Crash dumps': ['pkl', 'tibidi', 'partial'], 'All files': ['*'] } }))?.[0]?.fsPath
}
