// The custom editor for dumps: the page of `tibidi show` with buttons, and links to the sources of own frames.

import { randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import * as vscode from 'vscode'
import type { Frame } from './dump'
import { ownFrames, shortPath, signer } from './dump'
import type { Dumps, OpenDump } from './dumps'
import { log, showError } from './log'
import { HEAD_BYTES, isDump } from './magic'
import type { Link, Surroundings } from './page'
import { plainPage, withTools } from './page'
import type { Tibidi } from './tibidi'

export const VIEW_TYPE = 'tibidi.dump'

const COMMANDS = new Set(['tibidi.debug', 'tibidi.debugLive', 'tibidi.copyMarkdown'])

interface Document extends vscode.CustomDocument {
  isOurs: boolean
}

interface Message {
  command?: string
  action?: string
  frame?: string
}

export class DumpEditor implements vscode.CustomReadonlyEditorProvider<Document> {
  constructor(
    private readonly extension: vscode.Uri,
    private readonly tibidi: Tibidi,
    private readonly dumps: Dumps
  ) {}

  async openCustomDocument(uri: vscode.Uri): Promise<Document> {
    const isOurs = uri.scheme === 'file' && isDump(await head(uri.fsPath))
    return { uri, isOurs, dispose: () => { this.dumps.close(uri.fsPath) } }
  }

  async resolveCustomEditor({ uri, isOurs }: Document, panel: vscode.WebviewPanel): Promise<void> {
    if (!isOurs) {
      await leave(uri, panel)
      return
    }
    const media = vscode.Uri.joinPath(this.extension, 'media')
    const dist = vscode.Uri.joinPath(this.extension, 'dist')
    panel.webview.options = { enableScripts: true, localResourceRoots: [media, dist] }
    const page = new Page(uri.fsPath, panel, this.extension, this.tibidi, this.dumps)
    await page.load()
    const changes = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), name(uri)))
    const subscriptions = [
      changes,
      changes.onDidChange(() => page.load()),
      changes.onDidCreate(() => page.load()),
      panel.webview.onDidReceiveMessage((message: Message) => page.obey(message)),
      panel.onDidChangeViewState(() => { page.show() })
    ]
    panel.onDidDispose(() => { subscriptions.forEach(each => { each.dispose() }) })
  }
}

/** The page of one dump. */
class Page {
  private dump: OpenDump | undefined
  private readonly frames = new Map<string, Frame>()

  constructor(
    private readonly path: string,
    private readonly panel: vscode.WebviewPanel,
    private readonly extension: vscode.Uri,
    private readonly tibidi: Tibidi,
    private readonly dumps: Dumps
  ) {}

  /** Read the dump, and show it. */
  async load(): Promise<void> {
    const { webview } = this.panel
    try {
      const page = this.content()
      this.dump = await this.dumps.load(this.path)
      this.show()
      const around = { ...this.surroundings(), signer: signer(this.dump.summary), links: await this.links(this.dump) }
      const { html, reason, text } = await page
      webview.html = html === undefined ? plainPage(reason, text, around) : withTools(html, around)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      log().error(message)
      webview.html = plainPage(`${this.path} cannot be shown`, message, this.surroundings())
    }
  }

  /** Let the editors show the values of this dump, if its page is the active one. */
  show(): void {
    if (this.panel.active && this.dump) this.dumps.show(this.dump)
  }

  /** Do what was pressed on the page. */
  async obey({ command, action, frame: path = '' }: Message): Promise<void> {
    const frame = this.frames.get(path)
    try {
      if (command !== undefined && COMMANDS.has(command)) await vscode.commands.executeCommand(command, vscode.Uri.file(this.path))
      else if (action === 'open' && frame) await this.dump?.sources.open(frame)
      else if (action === 'compare' && frame) await this.dump?.sources.compare(frame.file, frame.line)
    } catch (error) {
      await showError(error)
    }
  }

  /** Return the page; the crash as text, and the reason, where the page cannot be made. */
  private async content(): Promise<{ html?: string; reason: string; text: string }> {
    try {
      return { html: await this.tibidi.page(this.path), reason: '', text: '' }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      log().warn(reason)
      return { reason, text: await this.tibidi.text(this.path) }
    }
  }

  private async links({ summary, sources }: OpenDump): Promise<Record<string, Link[]>> {
    const found: Record<string, Link[]> = {}
    for (const { path, frame } of ownFrames(summary)) {
      const { state } = await sources.place(frame.file)
      const hasText = sources.text(frame.file) !== undefined
      this.frames.set(path, frame)
      if (state === 'missing' && !hasText) continue
      const note = state === 'differs' ? ', as captured: the file here differs' : state === 'missing' ? ', as captured: not here' : ''
      found[path] = [{ action: 'open', text: `Open ${shortPath(frame.file)}:${frame.line}${hasText ? note : ''}` }]
      if (state === 'differs' && hasText) found[path].push({ action: 'compare', text: 'Compare' })
    }
    return found
  }

  private surroundings(): Surroundings {
    const { webview } = this.panel
    const address = (...path: string[]) => webview.asWebviewUri(vscode.Uri.joinPath(this.extension, ...path)).toString()
    return {
      nonce: randomBytes(16).toString('base64'),
      source: webview.cspSource,
      script: address('dist', 'webview.js'),
      style: address('media', 'page.css'),
      signer: '',
      links: {}
    }
  }
}

/** Open a file that is no dump in the editor that another extension has for it, else in that for text. */
async function leave(uri: vscode.Uri, panel: vscode.WebviewPanel): Promise<void> {
  const column = panel.viewColumn
  panel.webview.html = ''
  await vscode.commands.executeCommand('vscode.openWith', uri, otherEditor(name(uri)) ?? 'default', column)
  panel.dispose()
}

interface Contributions {
  contributes?: { customEditors?: { viewType: string; selector: { filenamePattern: string }[] }[] }
}

function otherEditor(file: string): string | undefined {
  const editors = vscode.extensions.all.flatMap(each => (each.packageJSON as Contributions).contributes?.customEditors ?? [])
  const ending = ({ filenamePattern }: { filenamePattern: string }) => /^\*(\.[\w.]+)$/.exec(filenamePattern)?.[1]
  const fits = (selector: { filenamePattern: string }[]) => selector.some(each => file.endsWith(ending(each) ?? '\0'))
  return editors.find(({ viewType, selector }) => viewType !== VIEW_TYPE && fits(selector))?.viewType
}

async function head(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

function name(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1)
}
