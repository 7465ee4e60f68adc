// An environment of our own for interpreters without tibidi or debugpy: theirs stays as it is.
//
// It belongs to one interpreter, whose packages it sees behind its own, so that
// a debugger in it has the libraries of the application.

import { createHash } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as vscode from 'vscode'
import type { Interpreter, Interpreters } from './interpreter'
import { interpreterOf } from './interpreter'
import { log } from './log'
import { run } from './process'

const INSTALL = 'Install into Its Own Environment'
const CHOOSE = 'Choose Interpreter'
const SECONDS = 900
// Sorted behind what pip installs; it runs `.pth` files of the other interpreter as well, for editable installs.
const PTH = 'zz_interpreter.pth'
const PURELIB = "import sysconfig; print(sysconfig.get_path('purelib'))"

/** Returns interpreters that have what it takes, and offers to install what is missing. */
export class Environments {
  constructor(
    private readonly interpreters: Interpreters,
    private readonly storage: string
  ) {}

  /** Return the chosen interpreter, or that of its own environment, if one has what is needed. */
  async find(folder: vscode.WorkspaceFolder | undefined, needs: readonly ('tibidi' | 'debugpy')[]): Promise<Interpreter | undefined> {
    const chosen = await this.interpreters.chosen(folder)
    if (needs.every(name => chosen[name])) return chosen
    const own = await this.interpreters.probe(interpreterOf(this.place(chosen)))
    return own && needs.every(name => own[name]) ? own : undefined
  }

  /** Return such an interpreter; offer to install what is missing. Throw an Error if the user does not want that. */
  async require(folder: vscode.WorkspaceFolder | undefined, needs: readonly ('tibidi' | 'debugpy')[]): Promise<Interpreter> {
    const found = await this.find(folder, needs)
    if (found) return found
    const chosen = await this.interpreters.chosen(folder)
    const missing = `${needs.filter(name => !chosen[name]).join(' and ')}, not installed in ${chosen.path}`
    const answer = await vscode.window.showWarningMessage(`Opening the dump needs ${missing}.`, INSTALL, CHOOSE)
    if (answer === INSTALL) return await this.install(folder)
    if (answer === CHOOSE) await vscode.commands.executeCommand('workbench.action.openSettings', 'tibidi.python')
    throw new Error(`opening the dump needs ${missing}: install it there, or set tibidi.python`)
  }

  /** Make the environment of the chosen interpreter, and install tibidi and debugpy into it. */
  async install(folder: vscode.WorkspaceFolder | undefined): Promise<Interpreter> {
    const chosen = await this.interpreters.chosen(folder)
    const wanted = vscode.workspace.getConfiguration('tibidi').get<string>('package', 'tibidi[view]')
    const title = `Installing ${wanted} and debugpy`
    const place = { location: vscode.ProgressLocation.Notification, cancellable: true, title }
    return await vscode.window.withProgress(place, async (progress, token) => {
      const cancelled = new AbortController()
      token.onCancellationRequested(() => { cancelled.abort() })
      const say = (message: string) => { progress.report({ message }) }
      const made = await this.make(chosen, wanted, say, cancelled.signal)
      this.interpreters.forget()
      const own = await this.interpreters.probe(made)
      if (!own?.tibidi || !own.debugpy) throw new Error(`${wanted} has no command \`tibidi show\`: set tibidi.package`)
      return own
    })
  }

  private async make(chosen: Interpreter, wanted: string, say: (text: string) => void, signal: AbortSignal): Promise<string> {
    const place = this.place(chosen)
    const python = interpreterOf(place)
    const step = async (program: string, ...argv: string[]) => {
      const { status, stdout, stderr } = await run(program, argv, { cwd: this.storage, seconds: SECONDS, signal })
      log().info(stdout + stderr)
      if (status !== 0) throw new Error(`${argv.join(' ')}: ${(stderr || stdout).trim().split('\n').at(-1) ?? ''}`)
      return stdout.trim()
    }
    await rm(place, { recursive: true, force: true })
    say('making an environment')
    await step(chosen.path, '-m', 'venv', place)
    say('installing')
    await step(python, '-m', 'pip', 'install', '--disable-pip-version-check', wanted, 'debugpy')
    const packages = await step(python, '-c', PURELIB)
    const lines = chosen.folders.map(folder => `import site; site.addsitedir(${JSON.stringify(folder)})\n`)
    await writeFile(join(packages, PTH), lines.join(''))
    return python
  }

  private place(chosen: Interpreter): string {
    const digest = createHash('sha256').update(chosen.path).digest('hex').slice(0, 12)
    return join(this.storage, `environment-${chosen.version.split('.').slice(0, 2).join('.')}-${digest}`)
  }
}
