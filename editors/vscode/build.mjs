// Bundle the extension and the script of its page into dist/; with --tests the unit tests, too; with --minify for a VSIX.
import { readdirSync, rmSync } from 'node:fs'
import { build } from 'esbuild'

const minify = process.argv.includes('--minify')
const common = { bundle: true, minify, outdir: 'dist', logLevel: 'warning' }

rmSync('dist', { recursive: true, force: true })
await build({ ...common, entryPoints: ['src/extension.ts'], platform: 'node', target: 'node20', format: 'cjs', external: ['vscode'] })
await build({ ...common, entryPoints: ['src/webview.ts'], platform: 'browser', target: 'chrome128', format: 'iife' })
if (process.argv.includes('--tests')) {
  const entryPoints = readdirSync('tests').filter(name => name.endsWith('.test.ts')).map(name => `tests/${name}`)
  await build({ ...common, entryPoints, outdir: 'dist/tests', platform: 'node', target: 'node20', format: 'cjs' })
}
