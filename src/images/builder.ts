import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Problem } from '../core/index.ts'
import { isLocalRegistry, registryImage } from './registry-image.ts'
import { type RunOptions, runProgram, works } from './run-program.ts'

const programs = ['buildah', 'podman', 'docker'] as const

export type BuilderName = (typeof programs)[number]

export interface BuildOptions {
  readonly context: string
  readonly file: string
  readonly args: Readonly<Record<string, string>>
  /** Files that a step may read and that no layer holds, by name. */
  readonly secrets: Readonly<Record<string, string>>
  readonly tag: string
}

export interface Pushed {
  /** The name with its digest: nobody can put something else there. */
  readonly reference: string
  readonly digest: string
  /** Bytes of all layers, as they travel; undefined where the registry tells that only to those who log in. */
  readonly compressed: number | undefined
}

/** A program that builds and pushes images. */
export interface Builder {
  readonly name: BuilderName
  /** Makes an image. @returns its id */
  build(options: BuildOptions, run?: RunOptions): Promise<string>
  /** Sends an image to a registry. @param to with the registry, without a digest, such as "ghcr.io/you/lungs:main" */
  push(tag: string, to: string, run?: RunOptions): Promise<Pushed>
  /** The name of an image of a registry with its digest. It is pulled. */
  pin(image: string, run?: RunOptions): Promise<string>
  /** The bytes of a file in an image, as text. */
  read(tag: string, path: string): Promise<string>
}

/** The first builder that works here. @throws Problem when none does */
export async function findBuilder(): Promise<Builder> {
  const ask = { buildah: ['buildah', 'version'], podman: ['podman', 'info'], docker: ['docker', 'info'] }
  for (const name of programs) if (await works(ask[name])) return builder(name)
  throw new Problem('Cannot build an image: none of buildah, podman and docker works here', {
    next: 'apt-get install buildah, or start Docker',
  })
}

function builder(name: BuilderName): Builder {
  return {
    name,
    build: (options, run) => build(name, options, run),
    push: (tag, to, run) => push(name, tag, to, run),
    pin: (image, run) => pin(name, image, run),
    read: (tag, path) => read(name, tag, path),
  }
}

async function build(name: BuilderName, options: BuildOptions, run?: RunOptions): Promise<string> {
  const { context, file, args, secrets, tag } = options
  return await withScratch(async scratch => {
    const id = join(scratch, 'id')
    const words = [
      ...Object.entries(args).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
      ...Object.entries(secrets).flatMap(([key, path]) => ['--secret', `id=${key},src=${path}`]),
      // Only this format has health checks; the other builders leave them out.
      ...(name === 'docker' ? [] : ['--format', 'docker', '--layers=false']),
    ]
    await runProgram([name, 'build', ...words, '--file', file, '--tag', tag, '--iidfile', id, context], run)
    return (await readFile(id, 'utf8')).trim()
  })
}

async function push(name: BuilderName, tag: string, to: string, run?: RunOptions): Promise<Pushed> {
  const repository = to.replace(/:[^:/]+$/, '')
  const digest = name === 'docker' ? await dockerPush(tag, to, repository, run) : await otherPush(name, tag, to, run)
  const reference = `${repository}@${digest}`
  return { reference, digest, compressed: (await registryImage(reference))?.size }
}

async function otherPush(name: BuilderName, tag: string, to: string, run?: RunOptions): Promise<string> {
  return await withScratch(async scratch => {
    const file = join(scratch, 'digest')
    await runProgram([name, 'push', ...plainly(name, to), '--digestfile', file, tag, `docker://${to}`], run)
    return (await readFile(file, 'utf8')).trim()
  })
}

async function dockerPush(tag: string, to: string, repository: string, run?: RunOptions): Promise<string> {
  await runProgram(['docker', 'tag', tag, to])
  await runProgram(['docker', 'push', to], run)
  const pins = await runProgram(['docker', 'inspect', '--format', '{{join .RepoDigests "\\n"}}', to])
  const pin = pins.split('\n').find(line => line.startsWith(`${repository}@`))
  if (pin === undefined) throw new Problem(`Cannot find the digest of "${to}": docker does not know it`)
  return pin.slice(repository.length + 1).trim()
}

async function pin(name: BuilderName, image: string, run?: RunOptions): Promise<string> {
  if (image.includes('@sha256:')) return image
  await runProgram([name, 'pull', ...plainly(name, image), image], run)
  const format = name === 'buildah' ? '{{.FromImageDigest}}' : '{{.Digest}}'
  const words = name === 'buildah' ? ['--type', 'image'] : []
  const found =
    name === 'docker'
      ? (await runProgram(['docker', 'inspect', '--format', '{{index .RepoDigests 0}}', image])).trim().split('@')[1]
      : (await runProgram([name, 'inspect', ...words, '--format', format, image])).trim()
  if (found === undefined || !found.startsWith('sha256:'))
    throw new Problem(`Cannot pin "${image}": ${name} knows no digest of it`, { next: '--base NAME@sha256:…' })
  return `${image.replace(/:[^:/]+$/, '')}@${found}`
}

async function read(name: BuilderName, tag: string, path: string): Promise<string> {
  if (name !== 'buildah') return await runProgram([name, 'run', '--rm', '--entrypoint', 'cat', tag, path])
  const container = (await runProgram(['buildah', 'from', '--pull-never', tag])).trim()
  try {
    return await runProgram(['buildah', 'run', container, '--', 'cat', path])
  } finally {
    await runProgram(['buildah', 'rm', container])
  }
}

/** Registries of this computer speak plain HTTP; docker knows that by itself. */
function plainly(name: BuilderName, to: string): readonly string[] {
  return isLocalRegistry(to) && name !== 'docker' ? ['--tls-verify=false'] : []
}

async function withScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'chestnut-image-'))
  try {
    return await work(scratch)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
