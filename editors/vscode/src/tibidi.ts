// The commands of tibidi as functions. None of them runs anything that a dump names.

import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as vscode from 'vscode'
import type { Summary } from './dump'
import type { Environments } from './environment'
import type { Interpreter } from './interpreter'
import type { Ended } from './process'
import { run } from './process'
import type { Row } from './rows'

const NO_COMMAND = /no command |unrecognized arguments/

export class Tibidi {
  /** `storage` is a private folder, in which the commands run. */
  constructor(
    private readonly environments: Environments,
    private readonly storage: string
  ) {}

  /** Return the dumps, the oldest first, and the folders that have them; undefined if tibidi is not installed. */
  async list(): Promise<{ rows: Row[]; directories: string[] } | undefined> {
    const python = await this.environments.find(undefined, ['tibidi']) // it asks nothing: nobody has done anything yet
    if (!python) return undefined
    const wanted = vscode.workspace.getConfiguration('tibidi').get<string[]>('directories', [])
    const directories = wanted.length > 0 ? wanted : [(await this.output(python, ['path'])).trim()]
    const rows = JSON.parse(await this.output(python, ['list', '--all', '--json', ...wanted])) as Row[]
    return { rows, directories }
  }

  /** Return the summary of a dump, with its sources. */
  async summary(dump: string): Promise<Summary> {
    return JSON.parse(await this.command('show', '--json', '--sources', dump)) as Summary
  }

  /** Return the crash as a page of HTML. */
  async page(dump: string): Promise<string> {
    const file = join(this.storage, `${randomUUID()}.html`)
    try {
      await this.command('show', '--html', file, dump)
      return await readFile(file, 'utf8')
    } finally {
      await rm(file, { force: true })
    }
  }

  /** Return the crash as text. */
  async text(dump: string): Promise<string> {
    return await this.command('show', '--plain', dump)
  }

  /** Return a page about a crash for a reader in a hurry. */
  async analyze(dump: string): Promise<string> {
    return await this.command('analyze', dump)
  }

  /** Throw an Error if the tibidi that is installed lacks a command. */
  async check(command: string): Promise<void> {
    await this.command(command, '--help')
  }

  /** Run a command of tibidi; return what it prints, or throw an Error with its message. */
  private async command(...argv: string[]): Promise<string> {
    return await this.output(await this.environments.require(undefined, ['tibidi']), argv)
  }

  private async output({ path, version }: Interpreter, argv: readonly string[]): Promise<string> {
    const ended = await run(path, ['-m', 'tibidi', ...argv], { cwd: this.storage })
    if (ended.status === 0) return ended.stdout
    if (NO_COMMAND.test(ended.stderr)) throw new Error(`the tibidi of ${path} (Python ${version}) is too old for \`tibidi ${argv[0] ?? ''}\`: update it`)
    throw new Error(message(ended))
  }
}

/** Return the error message of a command, which is its last line. */
function message({ status, stderr }: Ended): string {
  const last = stderr.trim().split('\n').at(-1) ?? ''
  return last === '' ? `tibidi ended with status ${status}` : last
}
