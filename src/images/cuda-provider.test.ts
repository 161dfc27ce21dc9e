import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { sha256 } from '../core/index.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { zip } from '../testing/zip.ts'
import { fetchCudaProvider } from './cuda-provider.ts'

const place = 'runtimes/linux-x64/native'
const archive = zip([
  { name: `${place}/libonnxruntime_providers_cuda.so`, content: 'cuda', deflate: true },
  { name: `${place}/libonnxruntime_providers_shared.so`, content: 'shared' },
  { name: `${place}/libonnxruntime.so`, content: 'another ONNX Runtime' },
  { name: 'runtimes/win-x64/native/onnxruntime_providers_cuda.dll', content: 'windows' },
])

test("of a package whose digest is right, ONNX Runtime's libraries for CUDA are unpacked, and nothing else", async context => {
  const folder = join(temporaryFolder(context), 'x64')
  const url = await serve(context, archive)
  const names = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so']
  assert.deepEqual(await fetchCudaProvider(url, sha256(archive), folder), names)
  assert.deepEqual(readdirSync(folder).sort(), names)
  assert.equal(readFileSync(join(folder, names[0]!), 'utf8'), 'cuda')
})

test('another digest, or none, unpacks nothing', async context => {
  const folder = temporaryFolder(context)
  const url = await serve(context, archive)
  await assert.rejects(fetchCudaProvider(url, 'a'.repeat(64), folder), /its SHA-256 is [0-9a-f]{64}, a{64} was wanted$/)
  await assert.rejects(fetchCudaProvider(url, '', folder), /wanted 64 hexadecimal digits$/)
  const other = zip([{ name: 'a.txt', content: 'a' }])
  const elsewhere = await serve(context, other)
  await assert.rejects(
    fetchCudaProvider(elsewhere, sha256(other), folder),
    /holds no library of ONNX Runtime for CUDA$/,
  )
  assert.deepEqual(readdirSync(folder), [])
})

async function serve(context: TestContext, bytes: Uint8Array): Promise<string> {
  const server = createServer((_, response) => response.end(bytes))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  context.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/package`
}
