import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Of Linux: a folder of an overlay carries no other one. */
const overlayFileSystem = 0x794c7630

export interface ContainerStorage extends AsyncDisposable {
  /** For buildah: where its images are, and that it runs steps by chroot, which needs no rights beyond root's. */
  readonly env: Readonly<Record<string, string>>
  buildah(...words: readonly string[]): string
}

/** A place for images of buildah that is gone afterwards. */
export async function containerStorage(): Promise<ContainerStorage> {
  const folder = await mkdtemp(join(tmpdir(), 'chestnut-containers-'))
  const driver = (await statfs(folder)).type === overlayFileSystem ? 'vfs' : 'overlay'
  const config = join(folder, 'storage.conf')
  const lines = ['[storage]', `driver = "${driver}"`, `graphroot = "${folder}/graph"`, `runroot = "${folder}/run"`]
  await writeFile(config, `${lines.join('\n')}\n`)
  const env = { CONTAINERS_STORAGE_CONF: config, STORAGE_DRIVER: driver, BUILDAH_ISOLATION: 'chroot' }
  const buildah = (...words: readonly string[]): string =>
    execFileSync('buildah', words, {
      env: { ...process.env, ...env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim()
  return {
    env,
    buildah,
    [Symbol.asyncDispose]: async () => {
      buildah('rm', '--all')
      buildah('rmi', '--all', '--force')
      await rm(folder, { recursive: true, force: true })
    },
  }
}
