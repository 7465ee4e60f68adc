import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Frame, PlacedFrame } from '../src/dump'
import { frameAt, inlineText, lastLine, mentioned } from '../src/variables'

const TEXT = `import os

@cached
def total(
    cart,
    tax=1,
):
    # the sum
    prices = [each.price for each in cart]

    def add(a, b):
        return a + b

    return add(prices, tax)

total(1)`.split('\n')

const variable = (preview: string) => ({ type: 'int', preview })

test('the variables of a line are those that the code names', () => {
  const locals = { cart: variable('[1]'), price: variable('2'), text: variable("'a'"), add: variable('<function add at 0x1>') }
  assert.deepEqual(['cart'], mentioned("prices = [each.price for each in cart]  # text", locals).map(([name]) => name))
  assert.deepEqual([], mentioned("print('text') or add(1)", locals))
  assert.deepEqual([], mentioned('constructor or __proto__', {}))
})

test('names need not be ASCII', () => {
  assert.deepEqual(['größe'], mentioned('größe * 2', { größe: variable('2') }).map(([name]) => name))
})

test('values are one line, and long ones are cut', () => {
  assert.equal("a = 1 2, b = 'x'", inlineText([['a', variable('1\n  2')], ['b', variable("'x'")]]))
  assert.equal(`a = ${'9'.repeat(80)}…`, inlineText([['a', variable('9'.repeat(200))]]))
  const many = 'abcdefgh'.split('').map(name => [name, variable('1')] as [string, { type: string; preview: string }])
  assert.ok(inlineText(many).endsWith('f = 1, …'))
})

test('a function ends before code that is indented no deeper', () => {
  assert.equal(14, lastLine(TEXT, 3))
  assert.equal(14, lastLine(TEXT, 4))
  assert.equal(12, lastLine(TEXT, 11))
  assert.equal(16, lastLine(TEXT, 16))
})

test('a line belongs to the innermost function around it', () => {
  const frame = (name: string, first_line: number): PlacedFrame => ({ path: name, frame: { name, first_line } as Frame })
  const frames = [frame('<module>', 1), frame('total', 3), frame('add', 11)]
  assert.equal('add', frameAt(frames, TEXT, 12)?.path)
  assert.equal('total', frameAt(frames, TEXT, 14)?.path)
  assert.equal('<module>', frameAt(frames, TEXT, 16)?.path)
  assert.equal(undefined, frameAt(frames.slice(1), TEXT, 16))
})
