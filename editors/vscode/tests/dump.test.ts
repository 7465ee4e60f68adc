import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Frame, Summary } from '../src/dump'
import { culpritPath, ownFrames, shortPath, signer } from '../src/dump'
import { isDump } from '../src/magic'
import { issue } from '../src/markdown'

const frame = (line: number) => ({ file: '/app/shop/report.py', line, name: 'money', locals: {} }) as unknown as Frame
const SUMMARY: Summary = {
  signature: 'yours', culprit: { exception: 0, frame: 1 }, own: ['exceptions[0].frames[0]', 'exceptions[0].frames[1]', 'exceptions[1].frames[0]', 'threads[0].frames[0]'],
  sources: {}, time: '2026-11-22T21:50:00.123456+00:00', tibidi: '1.1.0',
  process: { argv: ['/app/shop/night.py'], cwd: '/app', python: '3.11.7', platform: 'Linux' },
  exceptions: [
    { type: 'decimal.InvalidOperation', message: '<b>', frames: [frame(26), frame(33), frame(99)] },
    { type: 'report.ReportError', message: 'no report', frames: [frame(28)] }
  ],
  threads: [{ frames: [frame(7)] }],
  tasks: []
}

/** Return the beginning of a ZIP archive whose first member has this name. */
function archive(name: string): Buffer {
  const header = Buffer.alloc(30)
  header.write('PK\x03\x04', 'latin1')
  header.writeUInt16LE(name.length, 26)
  return Buffer.concat([header, Buffer.from(name), Buffer.from('more')])
}

test('a dump is a ZIP archive whose first member is the summary', () => {
  assert.ok(isDump(archive('summary.json')))
  assert.ok(!isDump(archive('summary.jso')))
  assert.ok(!isDump(archive('data/summary.json')))
  assert.ok(!isDump(Buffer.from([0x80, 4, 0x95])))
  assert.ok(!isDump(Buffer.alloc(0)))
})

test('own frames start at the root cause, the innermost first', () => {
  assert.deepEqual([33, 26, 28, 7], ownFrames(SUMMARY).map(each => each.frame.line))
  assert.equal('exceptions[0].frames[1]', culpritPath(SUMMARY))
  assert.equal('', culpritPath({ ...SUMMARY, culprit: { exception: 0, frame: null } }))
})

test('paths of any system are short', () => {
  assert.deepEqual(['shop/report.py', 'shop/report.py', 'x.py'], ['/app/shop/report.py', 'C:\\app\\shop\\report.py', 'x.py'].map(shortPath))
})

test('the signer is said in a sentence', () => {
  assert.deepEqual(['Signed', 'Not', 'Not'], (['yours', 'other', 'none'] as const).map(signature => signer({ ...SUMMARY, signature }).split(' ')[0]))
})

test('an issue has the crash in a fence that no value can close', () => {
  const text = issue(SUMMARY, 'a ``` in a value\n')
  assert.ok(text.startsWith('### ReportError, caused by InvalidOperation in shop/report.py:33\n\n&lt;b> · no report\n\n`shop/night.py`, Python 3.11.7, Linux, 2026-11-22 21:50 UTC\n'))
  assert.ok(text.endsWith('\n````text\na ``` in a value\n````\n'))
})
