// Runs Python. No shell is involved, so that no name of a file is ever taken for a command.

import { execFile } from 'node:child_process'
import { log } from './log'

const MAX_BYTES = 256 << 20 // of output
const SECONDS = 120

export interface Ended {
  status: number
  stdout: string
  stderr: string
}

export interface Options {
  /** Python imports from here first: a folder that only the user can write to. */
  cwd: string
  seconds?: number
  signal?: AbortSignal
}

/** Run a program until it ends; throw an Error if it cannot be run, or takes too long. */
export async function run(program: string, argv: readonly string[], options: Options): Promise<Ended> {
  log().debug([program, ...argv].join(' '))
  const { cwd, signal, seconds = SECONDS } = options
  const env = { ...process.env, PYTHONIOENCODING: 'utf-8', PYTHONUTF8: '1', NO_COLOR: '1', COLUMNS: '120' }
  return await new Promise((resolve, reject) => {
    const settings = { cwd, env, maxBuffer: MAX_BYTES, timeout: seconds * 1000, windowsHide: true, ...(signal && { signal }) }
    execFile(program, argv, settings, (error, stdout, stderr) => {
      const status = error ? error.code : 0
      if (typeof status === 'number') resolve({ status, stdout, stderr })
      else if (error?.killed) reject(new Error(`${program} did not end within ${seconds} s: ${argv.join(' ')}`))
      else reject(new Error(`cannot run ${program}: ${error?.message ?? ''}`))
    })
  })
}
