import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { chestnutVersion, packageRoot } from '../core/index.ts'
import type { Release } from '../deploy/index.ts'
import { decode } from '../graph/index.ts'
import { readCard } from '../models/index.ts'
import type { ModelFile } from '../project/index.ts'
import { fileDigest } from '../store/index.ts'

/**
 * A release: the model, served by an installation of Chestnut that is on the machine. The same model and the same version of Chestnut
 * make the same archive.
 *
 * @param program the Node there, and the command line of the installation; default: this one
 */
export async function modelRelease<T>(
  model: ModelFile,
  use: (release: Release) => Promise<T>,
  program: readonly string[] = [process.execPath, join(packageRoot(), 'dist', 'src', 'cli', 'main.js')],
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'chestnut-release-'))
  try {
    const files = ['model.onnx', 'program.json']
    await writeFile(join(folder, 'model.onnx'), model.bytes)
    await writeFile(join(folder, 'program.json'), `${JSON.stringify({ chestnut: chestnutVersion(), program })}\n`)
    const archive = join(folder, 'release.tar')
    const plain = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=u=rw,go=r']
    await promisify(execFile)('tar', ['-cf', archive, '-C', folder, ...plain, ...files])
    const { golden, goldenTolerance } = readCard(decode(model.bytes))
    return await use({
      name: model.reference === 'file' ? 'file@0' : model.reference,
      archive,
      digest: await fileDigest(archive, 'the archive of the release'),
      program,
      model: 'model.onnx',
      golden,
      goldenTolerance,
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
