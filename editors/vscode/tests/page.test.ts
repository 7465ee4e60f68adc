import assert from 'node:assert/strict'
import { test } from 'node:test'
import { escape, plainPage, withTools } from '../src/page'

const AROUND = { nonce: 'n0nce', source: 'https://webview', script: 'https://webview/webview.js', style: 'https://webview/page.css', signer: 'Signed with your key.', links: {} }
const PAGE = `<!doctype html><html><head><meta http-equiv=Content-Security-Policy content="default-src 'none'; style-src 'unsafe-inline'">
<title>crash &lt;style&gt;</title>
<style>b { color: red }
@media (prefers-color-scheme: dark) { b { color: pink } }</style></head><body><h1>crash</h1><p>&lt;/body&gt;</p></body></html>`

test('the policy of the page allows nothing but what bears the nonce, and files of the extension', () => {
  const page = withTools(PAGE, AROUND)
  const policies = [...page.matchAll(/Content-Security-Policy content="([^"]*)"/g)].map(match => match[1])
  assert.deepEqual(["default-src 'none'; style-src https://webview 'nonce-n0nce'; script-src 'nonce-n0nce'"], policies)
  assert.ok(!page.includes('unsafe-inline'))
})

test('body and styles are those of tibidi, and dark colours are those of dark themes', () => {
  const page = withTools(PAGE, AROUND)
  assert.ok(page.includes('<style nonce="n0nce">b { color: red }'))
  assert.ok(page.includes('body:is(.vscode-dark, .vscode-high-contrast:not(.vscode-high-contrast-light)) { b { color: pink } }'))
  assert.ok(page.includes('<h1>crash</h1><p>&lt;/body&gt;</p>'))
})

test('links are data in an attribute, which no text of a dump can leave', () => {
  const page = withTools(PAGE, { ...AROUND, links: { 'exceptions[0].frames[0]': [{ action: 'open', text: '"><script>' }] } })
  assert.ok(!page.includes('"><script>'))
  assert.equal(1, page.match(/<script/g)?.length)
})

test('a text without a page is escaped', () => {
  assert.ok(plainPage('no <jinja2>', '<b>', AROUND).includes('<p class=faint>no &#60;jinja2&#62;</p><pre>&#60;b&#62;</pre>'))
  assert.equal('&#38;&#60;&#62;&#34;&#39;', escape('&<>"\''))
})
