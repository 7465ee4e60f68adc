import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bestMatch, commonSuffix, isLocalPath, moduleRoot, pathMappings, sameText } from '../src/mapping'

test('paths of any system are compared from their ends', () => {
  assert.equal(2, commonSuffix('/app/shop/report.py', '/home/ada/shop/report.py'))
  assert.equal(2, commonSuffix('C:\\app\\shop\\report.py', '/home/me/shop/report.py'))
  assert.equal(0, commonSuffix('/app/report.py', '/app/models.py'))
})

test('the candidate with the longest common end wins, then one with the same text', () => {
  const near = { path: '/w/a/shop/report.py', same: false }
  const far = { path: '/w/b/report.py', same: false }
  const twin = { path: '/w/longer/shop/report.py', same: true }
  assert.equal(near, bestMatch('/app/shop/report.py', [far, near]))
  assert.equal(twin, bestMatch('/app/shop/report.py', [far, near, twin]))
})

test('the name alone is enough only for a file that is the only one, or has the same text', () => {
  const one = { path: '/w/one/main.py', same: false }
  const two = { path: '/w/two/main.py', same: false }
  assert.equal(one, bestMatch('/app/main.py', [one]))
  assert.equal(undefined, bestMatch('/app/main.py', [one, two]))
  assert.equal('/w/two/main.py', bestMatch('/app/main.py', [one, { ...two, same: true }])?.path)
  assert.equal(undefined, bestMatch('/app/main.py', []))
})

test('a path that names a host of the network is never looked at', () => {
  assert.deepEqual([true, true, false, false, false, false], ['/a/b.py', 'C:\\b.py', '//host/b.py', '\\\\host\\b.py', '<string>', 'b.py'].map(isLocalPath))
})

test('texts are the same whatever their line ends', () => {
  assert.ok(sameText('a\r\nb\r\n', 'a\nb'))
  assert.ok(!sameText('a\nb\n', 'a\nc\n'))
  assert.ok(!sameText('a\nb\n', 'a\n'))
})

test('of a large file, lines that were not captured are equal', () => {
  const line = 'x = 1  # and more of it\n'
  const local = line.repeat((1 << 20) / line.length + 1)
  assert.ok(sameText(local, `\n\n${line}\n`))
  assert.ok(!sameText(local, '\n\nx = 2\n'))
})

test('debugpy gets a pair of folders for each place that is another one here', () => {
  const found: [string, string][] = [
    ['/app/shop/report.py', '/w/shop/report.py'],
    ['/app/shop/models.py', '/w/shop/models.py'],
    ['/same/main.py', '/same/main.py']
  ]
  assert.deepEqual([{ localRoot: '/w', remoteRoot: '/app' }], pathMappings(found))
})

test('a module is imported from the folder above its packages', () => {
  assert.equal('/w', moduleRoot('/w/report.py', 'report'))
  assert.equal('/w', moduleRoot('/w/shop/report.py', 'shop.report'))
  assert.equal('/w', moduleRoot('/w/shop/__init__.py', 'shop'))
  assert.equal('/w/shop', moduleRoot('/w/shop/tool.py', '__main__'))
})
