import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { chestnutVersion, packageRoot } from '../core/index.ts'
import type { Release } from '../deploy/index.ts'
import { decode } from '../graph/index.ts'
import { readCard } from '../models/index.ts'
import { type ModelFile, packProgram, type Workspace } from '../project/index.ts'
import { fileDigest } from '../store/index.ts'

/** A release for a machine that has nothing: Chestnut with its Node travels with the model. */
export async function awayRelease<T>(
  workspace: Workspace,
  model: ModelFile,
  use: (release: Release) => Promise<T>,
): Promise<T> {
  const { path, sha256 } = await packProgram(workspace, { 'model.onnx': model.bytes })
  try {
    return await use({
      ...factsOf(model),
      archive: path,
      digest: sha256,
      program: ['./bin/node', './node_modules/chestnut/dist/src/cli/main.js'],
      model: 'project/model.onnx',
    })
  } finally {
    await rm(path, { force: true })
  }
}

function factsOf(model: ModelFile): Pick<Release, 'name' | 'golden' | 'goldenTolerance'> {
  const { golden, goldenTolerance } = readCard(decode(model.bytes))
  return { name: model.reference === 'file' ? 'file@0' : model.reference, golden, goldenTolerance }
}

/**
 * A release for this computer: the model, served by this installation. The same model and the same version of Chestnut make the same
 * archive.
 */
export async function localRelease<T>(model: ModelFile, use: (release: Release) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'chestnut-release-'))
  try {
    const program = [process.execPath, join(packageRoot(), 'dist', 'src', 'cli', 'main.js')]
    const files = ['model.onnx', 'program.json']
    await writeFile(join(folder, 'model.onnx'), model.bytes)
    await writeFile(join(folder, 'program.json'), `${JSON.stringify({ chestnut: chestnutVersion(), program })}\n`)
    const archive = join(folder, 'release.tar')
    const plain = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=u=rw,go=r']
    await promisify(execFile)('tar', ['-cf', archive, '-C', folder, ...plain, ...files])
    return await use({
      ...factsOf(model),
      archive,
      digest: await fileDigest(archive, 'the archive of the release'),
      program,
      model: 'model.onnx',
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
