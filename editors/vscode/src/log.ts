// The log: each command that the extension runs, and what went wrong.

import * as vscode from 'vscode'

let channel: vscode.LogOutputChannel | undefined

/** Return the log, which appears as "tibidi" in the Output panel. */
export function log(): vscode.LogOutputChannel {
  channel ??= vscode.window.createOutputChannel('tibidi', { log: true })
  return channel
}

/** Show an error with a way to the log. */
export async function showError(error: unknown): Promise<void> {
  const message = error instanceof Error ? error.message : String(error)
  log().error(message)
  if ((await vscode.window.showErrorMessage(message, 'Show Log')) !== undefined) log().show()
}
