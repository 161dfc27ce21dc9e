import assert from 'node:assert/strict'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { noProgress, packageRoot, sha256, systemClock } from '../core/index.ts'
import { onnxRuntime } from '../engine/index.ts'
import { blobs } from '../store/index.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { buildNetwork } from './build-network.ts'
import { parseConfig } from './config.ts'
import { readNamedFile } from './named-file.ts'
import { openWorkspace, type Workspace } from './workspace.ts'

const bytes = new TextEncoder().encode('weights')

function workspaceIn(base: string, config: object = {}): Promise<Workspace> {
  const tools = {
    engine: onnxRuntime(),
    clock: systemClock,
    progress: noProgress,
    signal: new AbortController().signal,
  }
  return openWorkspace(parseConfig({ name: 'named', ...config }), base, tools)
}

test('a path is read from the folder of the configuration, and compared with its digest', async context => {
  const base = temporaryFolder(context)
  await writeFile(join(base, 'w.h5'), bytes)
  const workspace = await workspaceIn(base)
  const file = { path: 'w.h5', what: 'backbone' }
  assert.deepEqual(new Uint8Array(await readNamedFile(workspace, file)), bytes)
  await readNamedFile(workspace, { ...file, sha256: sha256(bytes).toUpperCase() })
  await assert.rejects(
    readNamedFile(workspace, { ...file, sha256: 'a'.repeat(64) }),
    /^Problem: Cannot use the backbone "w.h5": its SHA-256 is [0-9a-f]{64}, a{64} was wanted$/,
  )
  await assert.rejects(readNamedFile(workspace, { ...file, path: 'x.h5' }), /backbone "x.h5": there is no such file/)
  await assert.rejects(readNamedFile(workspace, { ...file, path: '.' }), /backbone "\.": it is a folder/)
})

test('an address is downloaded once, needs a digest, and works without a network afterwards', async context => {
  const workspace = await workspaceIn(temporaryFolder(context))
  let asked = 0
  const server = createServer((_request, response) => {
    asked++
    response.end(bytes)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const path = `http://127.0.0.1:${(server.address() as AddressInfo).port}/w.h5?token=secret`
  const file = { path, sha256: sha256(bytes), what: 'backbone' }
  assert.deepEqual(new Uint8Array(await readNamedFile(workspace, file)), bytes)
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
  assert.deepEqual(new Uint8Array(await readNamedFile(workspace, file)), bytes)
  assert.equal(asked, 1)
  await assert.rejects(readNamedFile(workspace, { path, what: 'backbone' }), (error: Error) => {
    assert.match(error.message, /^Cannot download the backbone "http:.*w.h5": a file of the web needs its SHA-256$/)
    assert.doesNotMatch(error.message, /secret/)
    return true
  })
})

test('a backbone whose weights lie beside it is known by both files', async context => {
  const base = temporaryFolder(context)
  const fixtures = join(packageRoot(), 'src', 'models', 'weights', 'fixtures', 'external')
  for (const name of ['small.onnx', 'small.onnx.data']) await copyFile(join(fixtures, name), join(base, name))
  const workspace = await workspaceIn(base, { backbone: { kind: 'onnx', path: 'small.onnx' } })
  const { network, digest } = await buildNetwork(workspace, ['Pneumonia'])
  assert.ok(Object.keys(network.graph.weights).length > 2)
  assert.equal((await buildNetwork(workspace, ['Pneumonia'])).digest, digest)
  const data = await readFile(join(base, 'small.onnx.data'))
  data[0] = data[0]! ^ 1
  await writeFile(join(base, 'small.onnx.data'), data)
  assert.notEqual((await buildNetwork(workspace, ['Pneumonia'])).digest, digest)
})

test('a digest in capital letters holds for the backbone too, and a key in its address stays out of errors', async context => {
  const base = temporaryFolder(context)
  const file = join(packageRoot(), 'src', 'models', 'weights', 'fixtures', 'external', 'small.onnx')
  const path = 'small.onnx'
  for (const name of [path, `${path}.data`]) await copyFile(join(file, '..', name), join(base, name))
  const digest = sha256(await readFile(file)).toUpperCase()
  await buildNetwork(await workspaceIn(base, { backbone: { kind: 'onnx', path, sha256: digest } }), ['Pneumonia'])

  // What an address gives is in the store already.
  const address = 'https://example.org/w.h5?token=secret'
  for (const backbone of [
    { kind: 'onnx', path: address, sha256: sha256(bytes) },
    { kind: 'pretrained', network: 'vgg16', weights: address, sha256: sha256(bytes) },
    { kind: 'onnx', path: join(base, path), weights: address, weightsSha256: sha256(bytes) },
  ]) {
    const workspace = await workspaceIn(base, { backbone })
    await blobs(workspace.store).put(bytes)
    await assert.rejects(buildNetwork(workspace, ['Pneumonia']), (error: Error) => {
      assert.match(error.message, /^Cannot read /)
      assert.doesNotMatch(`${error.message} ${'next' in error ? String(error.next) : ''}`, /secret/)
      return true
    })
  }
})
