import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openPromise } from 'yauzl'
import { Misuse, Problem } from '../core/index.ts'
import { download } from '../store/index.ts'

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
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'package.zip')
  try {
    await download({ url, sha256: digest }, file)
    const names = await unpack(file, folder)
    if (names.length === 0) throw new Problem(`Cannot use "${url}": it holds no library of ONNX Runtime for CUDA`)
    return names.sort()
  } finally {
    await rm(file, { force: true })
  }
}

async function unpack(file: string, folder: string): Promise<string[]> {
  const zip = await openPromise(file, { lazyEntries: true, autoClose: false })
  const names: string[] = []
  try {
    for await (const entry of zip.eachEntry()) {
      if (!library.test(entry.fileName)) continue
      const name = basename(entry.fileName)
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(join(folder, name), { mode: 0o644 }))
      names.push(name)
    }
  } finally {
    zip.close()
  }
  return names
}
