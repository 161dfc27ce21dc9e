import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { type Entry, fromBuffer, type ZipFile } from 'yauzl'
import { Misuse, Problem, sha256 } from '../core/index.ts'

/** What ONNX Runtime looks for beside its binding. */
const library = /^runtimes\/linux-x64\/native\/libonnxruntime_providers_(cuda|shared)\.so$/

/**
 * Fetches ONNX Runtime's libraries for CUDA out of their package.
 * @param digest SHA-256 of the package; what has another one is not unpacked
 * @param folder where the libraries go
 * @returns their names
 */
export async function fetchCudaProvider(url: string, digest: string, folder: string): Promise<readonly string[]> {
  if (!/^[0-9a-f]{64}$/.test(digest)) {
    throw new Misuse(`Cannot fetch "${url}": its SHA-256 is "${digest}", wanted 64 hexadecimal digits`, {
      next: '--build-arg CUDA_PROVIDER_SHA256=…, of a file that you have looked at',
    })
  }
  const response = await fetch(url)
  if (!response.ok) throw new Problem(`Cannot fetch "${url}": it answers ${response.status}`)
  const bytes = Buffer.from(await response.arrayBuffer())
  const found = sha256(bytes)
  if (found !== digest) throw new Problem(`Cannot use "${url}": its SHA-256 is ${found}, wanted ${digest}`)
  const names = await unpack(bytes, folder)
  if (names.length === 0) throw new Problem(`Cannot use "${url}": it holds no library of ONNX Runtime for CUDA`)
  return names.sort()
}

async function unpack(bytes: Buffer, folder: string): Promise<string[]> {
  const zip = await promisify<Buffer, { lazyEntries: boolean }, ZipFile>(fromBuffer)(bytes, { lazyEntries: true })
  await mkdir(folder, { recursive: true })
  const names: string[] = []
  await new Promise<void>((resolve, reject) => {
    zip.on('entry', (entry: Entry) => {
      if (!library.test(entry.fileName)) return zip.readEntry()
      names.push(basename(entry.fileName))
      bytesOf(zip, entry)
        .then(content => writeFile(join(folder, basename(entry.fileName)), content, { mode: 0o644 }))
        .then(() => zip.readEntry(), reject)
    })
    zip.once('end', resolve)
    zip.once('error', reject)
    zip.readEntry()
  })
  return names
}

async function bytesOf(zip: ZipFile, entry: Entry): Promise<Buffer> {
  const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) =>
    zip.openReadStream(entry, (error, opened) => (error ? reject(error) : resolve(opened))),
  )
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
