// The interpreters that may open dumps, and what each of them has.

import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import * as vscode from 'vscode'
import { log } from './log'
import { run } from './process'

/** What an interpreter has: `folders` are where its packages are. */
export interface Interpreter {
  path: string
  version: string
  tibidi: boolean
  debugpy: boolean
  folders: string[]
}

const PYTHON_EXTENSION = 'ms-python.python'
const BIN = process.platform === 'win32' ? 'Scripts\\python.exe' : 'bin/python'
const ON_PATH = process.platform === 'win32' ? ['python', 'py'] : ['python3', 'python']
const PROBE = `
import json, site, sys
from importlib.util import find_spec
def has(*names):
    try:
        return all(map(find_spec, names))
    except ImportError:
        return False
print(json.dumps({
    "path": sys.executable,
    "version": "%d.%d.%d" % sys.version_info[:3],
    "tibidi": has("tbdebug", "tibidi.commands.show"),
    "debugpy": has("debugpy.adapter"),
    "folders": site.getsitepackages() + [site.getusersitepackages()] * bool(site.ENABLE_USER_SITE),
}))
`

/** Return the interpreter in a virtual environment. */
export function interpreterOf(environment: string): string {
  return join(environment, BIN)
}

/** Finds the interpreter of a workspace folder, and remembers what each has. */
export class Interpreters {
  private readonly probed = new Map<string, Promise<Interpreter | undefined>>()

  /** `storage` is a private folder, in which probes run. */
  constructor(private readonly storage: string) {}

  /** Forget what was found: something was installed, or a setting was changed. */
  forget(): void {
    this.probed.clear()
  }

  /** Return the first interpreter of the candidates that runs. */
  async chosen(folder: vscode.WorkspaceFolder | undefined): Promise<Interpreter> {
    const tried: string[] = []
    for await (const candidate of this.candidates(folder)) {
      const found = await this.probe(candidate)
      if (found) return found
      tried.push(candidate)
    }
    throw new Error(`no Python runs here (tried ${tried.join(', ')}): install one, or set tibidi.python`)
  }

  /** Return what an interpreter has; undefined if it does not run. */
  async probe(path: string): Promise<Interpreter | undefined> {
    const known = this.probed.get(path) ?? this.ask(path)
    this.probed.set(path, known)
    return await known
  }

  private async ask(path: string): Promise<Interpreter | undefined> {
    try {
      const { status, stdout, stderr } = await run(path, ['-c', PROBE], { cwd: this.storage, seconds: 30 })
      if (status === 0) return JSON.parse(stdout) as Interpreter
      log().warn(`${path} ended with status ${status}: ${stderr}`)
    } catch (error) {
      log().debug(String(error))
    }
    return undefined
  }

  private async *candidates(folder: vscode.WorkspaceFolder | undefined): AsyncGenerator<string> {
    const wanted = vscode.workspace.getConfiguration('tibidi', folder).get<string>('python', '')
    if (wanted) {
      yield wanted.replace(/^~(?=[/\\])/, homedir()).replace('${workspaceFolder}', folder?.uri.fsPath ?? '')
      return
    }
    if (vscode.workspace.isTrusted) {
      const active = await ofPythonExtension(folder)
      if (active) yield active
      const folders = folder ? [folder] : (vscode.workspace.workspaceFolders ?? [])
      const environments = folders.flatMap(each => ['.venv', 'venv'].map(name => interpreterOf(join(each.uri.fsPath, name))))
      yield* environments.filter(existsSync)
    }
    yield* ON_PATH
  }
}

interface PythonApi {
  environments?: {
    getActiveEnvironmentPath: (resource?: vscode.Uri) => { path: string }
    resolveEnvironment: (path: { path: string }) => Promise<{ executable: { uri?: vscode.Uri } } | undefined>
  }
}

/** Return the interpreter that the user chose in the Python extension, if it is installed. */
async function ofPythonExtension(folder: vscode.WorkspaceFolder | undefined): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<PythonApi>(PYTHON_EXTENSION)
  if (!extension) return undefined
  try {
    const { environments } = await extension.activate()
    const active = environments?.getActiveEnvironmentPath(folder?.uri)
    return active && (await environments?.resolveEnvironment(active))?.executable.uri?.fsPath
  } catch (error) {
    log().warn(`the Python extension names no interpreter: ${String(error)}`)
    return undefined
  }
}
