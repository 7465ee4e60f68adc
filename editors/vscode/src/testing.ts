// Failing tests whose dump is there: *Debug the Crash* in the menu of the test.
//
// VS Code shows an extension no tests of others. What it has is the id of a test
// in the conditions of a menu, so the ids that tests with a dump would have are
// put there: node ids of pytest below each workspace folder, as the Python
// extension makes them.

import { join } from 'node:path'
import * as vscode from 'vscode'
import type { Row } from './rows'

const CONTEXT = 'tibidi.crashedTests'

/** Tell VS Code which tests have a dump. */
export async function announceTests(rows: readonly Row[]): Promise<void> {
  const folders = vscode.workspace.workspaceFolders ?? []
  const ids = rows.flatMap(({ test }) => (test ? [test, ...folders.map(folder => join(folder.uri.fsPath, test))] : []))
  await vscode.commands.executeCommand('setContext', CONTEXT, Object.fromEntries(ids.map(id => [id, true])))
}

/** Return the newest dump of a test of the Testing view. */
export function dumpOf(test: { id: string }, rows: readonly Row[]): Row | undefined {
  return [...rows].reverse().find(row => row.test && (test.id === row.test || test.id.endsWith(`/${row.test}`) || test.id.endsWith(`\\${row.test}`)))
}
