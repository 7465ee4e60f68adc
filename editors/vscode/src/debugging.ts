// The debug type `tibidi`: debugpy of the chosen interpreter, which launches tbdebug on a dump.

import { basename, delimiter, isAbsolute, join } from 'node:path'
import * as vscode from 'vscode'
import { ownFrames, signer } from './dump'
import type { Dumps, OpenDump } from './dumps'
import type { Environments } from './environment'

export const TYPE = 'tibidi'
const LATEST = 'latest.pkl'
const LIVE = 'Debug Live'
const NOWHERE: Places = { roots: [], pathMappings: [] }

interface Launch extends vscode.DebugConfiguration {
  dump?: string
  live?: boolean
  exception?: number
  python?: string
  cwd?: string
  env?: Record<string, string>
}

export class Debugging implements vscode.DebugConfigurationProvider, vscode.DebugAdapterDescriptorFactory {
  constructor(
    private readonly environments: Environments,
    private readonly dumps: Dumps,
    private readonly storage: string
  ) {}

  provideDebugConfigurations(): vscode.DebugConfiguration[] {
    return [{ name: 'Latest crash', type: TYPE, request: 'launch', dump: LATEST }]
  }

  /** Fill in what is missing: F5 without a launch.json opens the latest dump. */
  resolveDebugConfiguration(_folder: vscode.WorkspaceFolder | undefined, launch: Launch): Launch {
    const { name, ...rest } = launch
    return { ...rest, type: TYPE, request: 'launch', name: name || 'Latest crash', dump: launch.dump ?? LATEST }
  }

  /** Return the configuration that debugpy gets; undefined if the user says no to live values. */
  async resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    launch: Launch
  ): Promise<vscode.DebugConfiguration | undefined> {
    // VS Code asks for trust before it comes here; the interpreter, its folder and its environment may be the workspace's.
    if (!vscode.workspace.isTrusted) throw new Error('debugging runs code: trust the workspace first')
    const where = folder ?? vscode.workspace.workspaceFolders?.[0]
    const path = dumpOf(launch, where)
    const known = isAbsolute(path) ? await this.dumps.load(path) : undefined
    const { roots, pathMappings } = known ? await placesHere(known) : NOWHERE
    const [root = where?.uri.fsPath ?? this.storage, ...others] = roots
    const cwd = launch.cwd ?? root // Python imports from here first
    if (launch.live && !(await confirmLive(path, known, cwd))) return undefined
    const python = launch.python ?? (await this.environments.require(where, ['tibidi', 'debugpy'])).path
    return {
      type: TYPE,
      request: 'launch',
      name: launch.name,
      python: [python],
      module: 'tbdebug',
      args: [...options(launch), path],
      cwd,
      env: { ...(others.length > 0 && { PYTHONPATH: [...others, process.env['PYTHONPATH']].filter(Boolean).join(delimiter) }), ...launch.env },
      console: 'internalConsole',
      justMyCode: false,
      subProcess: false, // tbdebug reads untrusted values in a process of its own, which is no part of the crash
      pathMappings
    }
  }

  createDebugAdapterDescriptor(session: vscode.DebugSession): vscode.DebugAdapterDescriptor {
    const [python = 'python'] = session.configuration['python'] as string[]
    return new vscode.DebugAdapterExecutable(python, ['-m', 'debugpy.adapter'], { cwd: this.storage })
  }
}

/** Return the dump of a configuration: a path, below the workspace folder if relative, or a name for tibidi to find. */
function dumpOf({ dump = LATEST }: Launch, folder: vscode.WorkspaceFolder | undefined): string {
  return folder && /[/\\]/.test(dump) && !isAbsolute(dump) ? join(folder.uri.fsPath, dump) : dump
}

interface Places {
  roots: string[]
  pathMappings: { localRoot: string; remoteRoot: string }[]
}

/** Return where the modules of the application are imported from here, maybe several workspace folders, and the folders that debugpy maps to those here. */
async function placesHere({ summary, sources }: OpenDump): Promise<Places> {
  const frames = ownFrames(summary).map(({ frame }) => frame)
  return { roots: await sources.importRoots(frames), pathMappings: await sources.mappings(frames.map(({ file }) => file)) }
}

/** Return the options of tbdebug. */
function options({ live, exception }: Launch): string[] {
  const number = exception === undefined ? [] : ['--exception', String(exception)]
  return [...(live === undefined ? [] : [live ? '--live' : '--inert']), ...number]
}

/** Ask before code that a dump names may run; say whose key signed it. */
async function confirmLive(path: string, known: OpenDump | undefined, cwd: string): Promise<boolean> {
  const signed = known ? signer(known.summary) : ''
  const detail = `${signed}\n\nIts objects are rebuilt with the modules in ${cwd}: code that the dump names runs on this machine.`
  const question = `Debug ${basename(path)} live?`
  return (await vscode.window.showWarningMessage(question, { modal: true, detail: detail.trim() }, LIVE)) === LIVE
}
