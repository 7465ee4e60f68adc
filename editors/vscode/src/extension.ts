// The extension: it puts the parts together. Nothing is read and no Python runs before it is active.

import { mkdirSync } from 'node:fs'
import * as vscode from 'vscode'
import { ANALYSIS, registerCommands } from './commands'
import { Crashes } from './crashes'
import { Debugging, TYPE } from './debugging'
import { Dumps } from './dumps'
import { DumpEditor, VIEW_TYPE } from './editor'
import { Environments } from './environment'
import { Interpreters } from './interpreter'
import { log } from './log'
import { Marks } from './marks'
import { SCHEME, parseCaptured } from './sources'
import { announceTests } from './testing'
import { Tibidi } from './tibidi'

const INTERPRETER_SETTINGS = ['tibidi.python', 'tibidi.directories', 'tibidi.package']

export function activate(context: vscode.ExtensionContext): void {
  const storage = context.globalStorageUri.fsPath
  mkdirSync(storage, { recursive: true, mode: 0o700 })
  const interpreters = new Interpreters(storage)
  const environments = new Environments(interpreters, storage)
  const tibidi = new Tibidi(environments, storage)
  const dumps = new Dumps(tibidi)
  const crashes = new Crashes(tibidi)
  const debugging = new Debugging(environments, dumps, storage)
  const tree = vscode.window.createTreeView('tibidi.crashes', { treeDataProvider: crashes, canSelectMany: true, showCollapseAll: true })
  const refresh = () => void crashes.refresh()

  context.subscriptions.push(
    log(),
    dumps,
    crashes,
    tree,
    new Marks(dumps, context.extensionUri),
    crashes.onDidChangeTreeData(() => void announceTests(crashes.rows)),
    tree.onDidChangeVisibility(({ visible }) => { if (visible) refresh() }),
    vscode.window.registerCustomEditorProvider(VIEW_TYPE, new DumpEditor(context.extensionUri, tibidi, dumps), { webviewOptions: { retainContextWhenHidden: true, enableFindWidget: true } }),
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, { provideTextDocumentContent: uri => capturedText(uri, dumps) }),
    vscode.workspace.registerTextDocumentContentProvider(ANALYSIS, { provideTextDocumentContent: ({ query }) => tibidi.analyze(query) }),
    vscode.debug.registerDebugConfigurationProvider(TYPE, debugging),
    vscode.debug.registerDebugAdapterDescriptorFactory(TYPE, debugging),
    vscode.workspace.onDidChangeConfiguration(event => {
      if (!INTERPRETER_SETTINGS.some(name => event.affectsConfiguration(name))) return
      interpreters.forget()
      refresh()
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      interpreters.forget()
      refresh()
    }),
    ...registerCommands({ crashes, dumps, environments, tibidi, tree })
  )
  setTimeout(refresh, 0) // after the activation: it runs Python
}

async function capturedText(uri: vscode.Uri, dumps: Dumps): Promise<string> {
  const { dump, file } = parseCaptured(uri)
  const { sources } = await dumps.load(dump)
  return sources.text(file) ?? ''
}
