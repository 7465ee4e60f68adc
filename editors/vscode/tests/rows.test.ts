import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Row } from '../src/rows'
import { ago, appeared, details, groups, title } from '../src/rows'

const ROW: Row = {
  path: '/c/1.pkl', dump: '1.pkl', state: 'whole', fingerprint: 'f00d', time: '2026-11-22T21:50:00+00:00', type: 'report.ReportError',
  message: 'no report', program: 'night', file: '/app/night.py', line: 28, cause: 'decimal.InvalidOperation', own_file: '/app/shop/report.py', own_line: 34
}
const MINUTE = 60_000

test('dumps of one kind of crash are a group, the newest first', () => {
  const rows = [ROW, { ...ROW, path: '/c/2.pkl', fingerprint: 'beef' }, { ...ROW, path: '/c/3.pkl' }]
  assert.deepEqual([['/c/3.pkl', '/c/1.pkl'], ['/c/2.pkl']], groups(rows).map(group => group.map(row => row.path)))
})

test('a damaged dump without a fingerprint is a group of its own', () => {
  assert.equal(2, groups([{ ...ROW, fingerprint: '' }, { ...ROW, path: '/c/2.pkl', fingerprint: '' }]).length)
})

test('a crash is named by its type and the own line', () => {
  assert.equal('ReportError in shop/report.py:34', title(ROW))
  assert.equal('ReportError in app/night.py:28', title({ ...ROW, own_file: '', own_line: 0 }))
  assert.equal('1.pkl', title({ ...ROW, type: '', file: '' }))
})

test('details have the cause, the state, the number and the age', () => {
  const now = Date.parse(ROW.time) + 5 * MINUTE
  assert.equal('caused by InvalidOperation · 2× · 5 min ago', details([ROW, ROW], now))
  assert.equal('damaged', details([{ ...ROW, cause: '', state: 'damaged', time: '' }], now))
})

test('ages are whole units', () => {
  assert.deepEqual(['just now', '59 min ago', '47 h ago', '2 d ago', ''], [0, 59, 47 * 60, 48 * 60, NaN].map(minutes => ago(minutes * MINUTE)))
})

test('only finished dumps that were not there before appeared', () => {
  const rows = [ROW, { ...ROW, path: '/c/2.pkl' }, { ...ROW, path: '/c/3.pkl.partial', state: 'unfinished' as const }]
  assert.deepEqual(['/c/2.pkl'], appeared(rows, new Set(['/c/1.pkl'])).map(row => row.path))
})
