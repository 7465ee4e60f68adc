// The dump that is open, in the editors: values at the lines of its frames, hovers, and a mark where it crashed.

import * as vscode from 'vscode'
import { TYPE } from './debugging'
import type { PlacedFrame } from './dump'
import { culpritPath, ownFrames } from './dump'
import type { Dumps, OpenDump } from './dumps'
import { lines } from './mapping'
import { SCHEME, parseCaptured } from './sources'
import { frameAt, inlineText, lastLine, mentioned } from './variables'

const PYTHON: vscode.DocumentSelector = [{ language: 'python' }, { scheme: SCHEME }]

/** What one document has of the open dump; `text` is the captured one, by lines. */
interface Shown {
  frames: PlacedFrame[]
  text: string[]
}

const NOTHING: Shown = { frames: [], text: [] }

export class Marks implements vscode.HoverProvider, vscode.InlineValuesProvider, vscode.Disposable {
  private readonly subscriptions: { dispose: () => unknown }[]
  private readonly values = vscode.window.createTextEditorDecorationType({
    after: { color: new vscode.ThemeColor('editorInlayHint.foreground'), backgroundColor: new vscode.ThemeColor('editorInlayHint.background'), margin: '0 0 0 2em' },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedOpen
  })
  private readonly crash: vscode.TextEditorDecorationType
  private sessions = 0 // of ours: a debugger shows the values itself

  constructor(
    private readonly dumps: Dumps,
    extension: vscode.Uri
  ) {
    this.crash = vscode.window.createTextEditorDecorationType({
      gutterIconPath: vscode.Uri.joinPath(extension, 'media', 'crash.svg'),
      gutterIconSize: 'contain',
      overviewRulerColor: new vscode.ThemeColor('editorError.foreground'),
      overviewRulerLane: vscode.OverviewRulerLane.Right
    })
    const update = () => void this.update()
    this.subscriptions = [
      this.values,
      this.crash,
      dumps.onDidChange(update),
      vscode.window.onDidChangeVisibleTextEditors(update),
      vscode.workspace.onDidSaveTextDocument(() => {
        dumps.current?.sources.forget()
        update()
      }),
      vscode.workspace.onDidChangeConfiguration(update),
      vscode.languages.registerHoverProvider(PYTHON, this),
      ...this.whileDebugging(update)
    ]
  }

  /** Return the captured value of the variable at a position. */
  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const dump = this.dumps.current
    const range = document.getWordRangeAtPosition(position)
    if (!dump || !range) return undefined
    const { frames, text } = await shown(dump, document)
    const found = frameAt(frames, text, position.line + 1)
    const name = document.getText(range)
    const variable = found && text[position.line] === document.lineAt(position.line).text && Object.hasOwn(found.frame.locals, name) ? found.frame.locals[name] : undefined
    if (!found || !variable) return undefined
    const value = new vscode.MarkdownString()
    value.appendCodeblock(`${name}: ${variable.type} = ${variable.preview}`, 'python')
    value.appendText(`at the crash, in ${found.frame.qualname || found.frame.name}, ${found.path}`)
    return new vscode.Hover(value, range)
  }

  /** Return where the debugger shows values: at each line of the function up to the one where it stopped. */
  provideInlineValues(document: vscode.TextDocument, _view: vscode.Range, { stoppedLocation }: vscode.InlineValueContext): vscode.InlineValue[] {
    const text = lines(document.getText())
    const stopped = stoppedLocation.end.line
    let first = stopped
    while (first > 0 && !(/^\s*(?:async\s+def|def|class)\b/.test(text[first] ?? '') && lastLine(text, first + 1) > stopped)) first--
    const found: vscode.InlineValue[] = []
    for (let line = first; line <= stopped; line++) {
      for (const match of (text[line] ?? '').replace(/#.*|(["'])(?:\\.|(?!\1).)*\1/g, skipped => ' '.repeat(skipped.length)).matchAll(/(?<![\w.])[A-Za-z_]\w*(?!\w|\s*\()/g)) {
        found.push(new vscode.InlineValueVariableLookup(new vscode.Range(line, match.index, line, match.index + match[0].length), match[0], true))
      }
    }
    return found
  }

  dispose(): void {
    this.subscriptions.forEach(each => { each.dispose() })
  }

  private whileDebugging(update: () => void): vscode.Disposable[] {
    let provider: vscode.Disposable | undefined
    const count = (change: number) => (session: vscode.DebugSession) => {
      if (session.type !== TYPE) return
      this.sessions += change
      provider?.dispose()
      provider = this.sessions > 0 ? vscode.languages.registerInlineValuesProvider(PYTHON, this) : undefined
      update()
    }
    return [vscode.debug.onDidStartDebugSession(count(1)), vscode.debug.onDidTerminateDebugSession(count(-1))]
  }

  private async update(): Promise<void> {
    await Promise.all(vscode.window.visibleTextEditors.map(editor => this.decorate(editor)))
  }

  private async decorate(editor: vscode.TextEditor): Promise<void> {
    const { document } = editor
    const dump = this.dumps.current
    const { frames, text } = dump ? await shown(dump, document) : NOTHING
    const culprit = dump && culpritPath(dump.summary)
    const wantsValues = this.sessions === 0 && vscode.workspace.getConfiguration('tibidi').get<boolean>('inlineValues', true)
    const values = new Map<number, vscode.DecorationOptions>()
    const crash: vscode.DecorationOptions[] = []
    for (const { path, frame } of frames) {
      const line = frame.line - 1
      if (text[line] === undefined || line >= document.lineCount || document.lineAt(line).text !== text[line]) continue
      const range = document.lineAt(line).range
      if (path === culprit) crash.push({ range })
      const contentText = inlineText(mentioned(text[line], frame.locals))
      if (contentText && !values.has(line)) values.set(line, { range, renderOptions: { after: { contentText } } })
    }
    editor.setDecorations(this.crash, crash)
    editor.setDecorations(this.values, wantsValues ? [...values.values()] : [])
  }
}

/** Return the own frames of a dump whose file a document is. */
async function shown({ path, summary, sources }: OpenDump, document: vscode.TextDocument): Promise<Shown> {
  const frames = ownFrames(summary)
  for (const file of new Set(frames.map(({ frame }) => frame.file))) {
    if (await isFile(file)) return { frames: frames.filter(({ frame }) => frame.file === file), text: lines(sources.text(file) ?? '') }
  }
  return NOTHING

  async function isFile(file: string): Promise<boolean> {
    if (document.uri.scheme === SCHEME) {
      const captured = parseCaptured(document.uri)
      return captured.dump === path && captured.file === file
    }
    return (await sources.place(file)).uri?.toString() === document.uri.toString()
  }
}
