import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { containerStorage } from '../src/testing/container-storage.ts'
import { startDockerRegistry } from '../src/testing/docker-registry.ts'
import { need } from '../src/testing/needs.ts'
import { packProject } from '../src/testing/packed-project.ts'
import { peerFolder } from '../src/testing/peers.ts'
import { type Contained, type OpenedImage, openImage, runImage } from '../src/testing/run-image.ts'
import { type ProjectFolder, projectFolder, tinyConfig } from './project-folder.ts'

const base = join(peerFolder('debian-bookworm'), 'system')

/** Why images cannot be built here, if so. */
export const needImages = (): string | false =>
  need({ root: true, install: 'run it as root' }) ||
  need({ command: 'buildah', install: 'apt-get install buildah' }) ||
  need({ command: 'docker-registry', install: 'apt-get install docker-registry' }) ||
  need({ command: 'bwrap', install: 'apt-get install bubblewrap' }) ||
  need({ path: base, install: 'apt-get install debootstrap, then scripts/peers/debian-base.sh' })

/** The record that "chestnut image build --json" prints. */
export interface BuildRecord {
  readonly reference: string
  readonly digest: string
  readonly compressed: number
}

export interface BuiltImage extends AsyncDisposable {
  readonly project: ProjectFolder
  readonly record: BuildRecord
  /** As it was pulled from the registry, by digest. */
  readonly image: OpenedImage
  /** What may be written: the project's store, which is the image's user's. */
  readonly volume: string
}

/** A project whose cycle has run, and its image: built, pushed to a registry, pulled again. */
export async function builtImage(): Promise<BuiltImage> {
  const made: AsyncDisposable[] = []
  const dispose = async (): Promise<void> => {
    for (const one of made.reverse()) await one[Symbol.asyncDispose]()
  }
  try {
    const storage = await containerStorage()
    made.push(storage)
    const registry = await startDockerRegistry()
    made.push(registry)
    const project = await projectFolder({ 'chestnut.config.ts': tinyConfig }, storage.env)
    made.push(project)
    packProject(project.path)
    await project.succeeds('run')
    const { out } = await project.succeeds('image', 'build', '--json', '--base', base, '--push', registry.address)
    const record = JSON.parse(out) as BuildRecord
    const image = openImage(storage, record.reference)
    const volume = join(project.path, '.chestnut')
    execFileSync('chown', ['-R', image.config.User, volume])
    return { project, record, image, volume, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

export interface AnsweringImage {
  readonly contained: Contained
  readonly url: string
  /** Seconds from its start to the answer about a film. */
  readonly seconds: number
  /** What it answered. */
  readonly answer: unknown
}

/** Starts an image as it starts by itself, but for the port, and asks it about a film. */
export async function startImage({ image, volume }: BuiltImage, port: number): Promise<AnsweringImage> {
  const form = new FormData()
  form.set('file', new Blob([new Uint8Array(anyFilm(volume))]), 'film.png')
  const started = performance.now()
  const contained = runImage(image, withPort([...image.config.Entrypoint, ...image.config.Cmd], port), volume)
  try {
    await contained.shows(/Serving .* at http/)
    const url = `http://127.0.0.1:${port}`
    const response = await fetch(url, { method: 'POST', body: form })
    const answer: unknown = await response.json()
    if (!response.ok) throw new Error(`The image answered ${response.status}: ${JSON.stringify(answer)}`)
    return { contained, url, seconds: (performance.now() - started) / 1000, answer }
  } catch (error) {
    contained.child.kill('SIGKILL')
    throw error
  }
}

/** The image's own port may be somebody else's here. */
export function withPort(words: readonly string[], port: number): readonly string[] {
  return words.map(word => word.replaceAll('8080', String(port)))
}

function anyFilm(volume: string): Buffer {
  const folder = join(volume, 'data')
  const name = readdirSync(folder, { recursive: true })
    .map(String)
    .find(one => one.endsWith('.png'))
  if (name === undefined) throw new Error('The cycle left no film')
  return readFileSync(join(folder, name))
}
