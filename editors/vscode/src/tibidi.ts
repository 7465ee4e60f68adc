// The commands of tibidi as functions. None of them runs anything that a dump names.

import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as vscode from 'vscode'
import type { Summary } from './dump'
import type { Environments } from './environment'
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

  /** Return whether an interpreter with tibidi is found. */
  async isInstalled(): Promise<boolean> {
    return (await this.environments.find(undefined, ['tibidi'])) !== undefined
  }

  /** Return the folders of dumps: those of the settings, else the crash directory. */
  async directories(): Promise<string[]> {
    const wanted = vscode.workspace.getConfiguration('tibidi').get<string[]>('directories', [])
    return wanted.length > 0 ? wanted : [(await this.command('path')).trim()]
  }

  /** Return the dumps in folders, the oldest first. */
  async list(directories: readonly string[]): Promise<Row[]> {
    return JSON.parse(await this.command('list', '--all', '--json', ...directories)) as Row[]
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
    const { path, version } = await this.environments.require(undefined, ['tibidi'])
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
