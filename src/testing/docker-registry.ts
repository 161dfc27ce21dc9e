import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface DockerRegistry extends AsyncDisposable {
  /** Host and port. */
  readonly address: string
}

/** Debian's registry of container images, on loopback, with an empty folder that is gone afterwards. */
export async function startDockerRegistry(): Promise<DockerRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'chestnut-registry-'))
  const config = join(folder, 'config.yml')
  await writeFile(
    config,
    [
      'version: 0.1',
      'log: { level: info }',
      `storage: { filesystem: { rootdirectory: ${folder}/images } }`,
      'http: { addr: "127.0.0.1:0" }',
      '',
    ].join('\n'),
  )
  const child = spawn('docker-registry', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()))
  const address = await new Promise<string>((resolve, reject) => {
    let text = ''
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`The registry ended with ${code}: ${text}`)))
    child.stderr.on('data', chunk => {
      text += String(chunk)
      const found = /listening on (127\.0\.0\.1:\d+)/.exec(text)?.[1]
      if (found !== undefined) resolve(found)
    })
  })
  return {
    address,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}
