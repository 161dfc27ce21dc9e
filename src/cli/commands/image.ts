import { existsSync, readFileSync, statSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { Misuse } from '../../core/index.ts'
import {
  type Builder,
  contextFiles,
  dockerfile,
  dockerignore,
  findBuilder,
  type ImageFacts,
  importFolder,
  lockFacts,
} from '../../images/index.ts'
import { loadConfig } from '../../project/index.ts'
import { makeFolder, writeFileWhole } from '../../store/index.ts'
import { commitOf } from '../git.ts'
import { interruption } from '../interruption.ts'
import { type Output, output } from '../output.ts'
import type { CommonOptions } from '../session.ts'

export interface ImageFlags extends CommonOptions {
  /** With CUDA. */
  readonly gpu?: boolean
}

export interface ImageBuildFlags extends ImageFlags {
  /** Default: the project's name, with the commit. */
  readonly tag?: string
  /** Registry, and what comes before the name there, such as "ghcr.io/you". */
  readonly push?: string
  /** An image with Node, or the folder of a system with Node. */
  readonly base: string
  readonly gpuBase?: string
  /** Of ONNX Runtime's package for CUDA. */
  readonly cudaSha256?: string
}

/** Writes a Dockerfile for those who build with other tools, or want it otherwise. */
export async function initImage(options: ImageFlags): Promise<void> {
  const { base, facts } = await project(options)
  const out = output({ json: options.json ?? false })
  const files = { [fileName(facts)]: dockerfile(facts), '.dockerignore': dockerignore(facts) }
  for (const [name, text] of Object.entries(files)) {
    const path = join(base, name)
    const isOther = existsSync(path) && readFileSync(path, 'utf8') !== text
    if (isOther && options.force !== true)
      throw new Misuse(`Cannot write "${name}": there is one that differs`, {
        next: 'chestnut image init --force to replace it',
      })
  }
  for (const [name, text] of Object.entries(files)) await writeFileWhole(join(base, name), text)
  out.record({ format: 'chestnut.image-files/1', files: Object.keys(files) })
  for (const name of Object.keys(files)) out.say(`Wrote ${name}`)
  out.say(`next: chestnut image build${options.gpu ? ' --gpu' : ''}`)
}

/** Builds the image of a project, sends it to a registry if asked, and says what is in it. */
export async function buildImage(options: ImageBuildFlags): Promise<void> {
  const { base, facts, folder } = await project(options)
  const out = output({ json: options.json ?? false })
  const stop = interruption()
  try {
    const run = { onLine: out.note, signal: stop.signal }
    const builder = await findBuilder()
    const commit = commitOf(base)
    const tag = options.tag ?? `${facts.name}${options.gpu ? '-gpu' : ''}:${commit?.slice(0, 12) ?? 'latest'}`
    const args = { ...(await bases(builder, options, run)), ...(commit === undefined ? {} : { COMMIT: commit }) }
    const id = await inContext(base, facts, out, (context, file) =>
      builder.build({ context, file, args, secrets: secrets(base), tag }, run),
    )
    const sbom = join(folder, 'sbom.cdx.json')
    await makeFolder(folder)
    await writeFileWhole(sbom, await builder.read(tag, '/app/sbom.cdx.json'))
    const pushed =
      options.push === undefined ? undefined : await builder.push(tag, `${options.push.replace(/\/$/, '')}/${tag}`, run)
    const record = { format: 'chestnut.image/1', tag, id, builder: builder.name, args, ...pushed }
    await writeFileWhole(join(folder, 'image.json'), `${JSON.stringify(record, null, 2)}\n`)
    out.record(record)
    out.say(`Built ${tag} with ${builder.name} on ${args.BASE}`)
    out.say(`What is in it: ${relative(process.cwd(), sbom)}`)
    if (pushed === undefined) {
      out.say('next: chestnut image build --push REGISTRY, which says its digest and its size')
    } else {
      out.say(`Pushed ${pushed.reference}`)
      if (pushed.compressed !== undefined) out.say(`${(pushed.compressed / 2 ** 20).toFixed(1)} MiB to download`)
      out.say(`next: docker run --read-only --tmpfs /tmp -v chestnut:/app/.chestnut -p 8080:8080 ${pushed.reference}`)
    }
  } finally {
    stop.release()
  }
}

interface ImageProject {
  /** Where the configuration lies. */
  readonly base: string
  /** Where results are laid out. */
  readonly folder: string
  readonly facts: ImageFacts
}

async function project(options: ImageFlags): Promise<ImageProject> {
  const { base, config, path } = await loadConfig(process.cwd(), options.config)
  const lock = join(base, 'package-lock.json')
  const pinned = lockFacts(
    relative(process.cwd(), base) || '.',
    existsSync(lock) ? readFileSync(lock, 'utf8') : undefined,
  )
  const device = options.gpu ? 'gpu' : 'cpu'
  return {
    base,
    folder: resolve(base, config.output),
    facts: { name: config.name, hasConfig: path !== undefined, device, ...pinned },
  }
}

function fileName({ device }: ImageFacts): string {
  return device === 'gpu' ? 'Dockerfile.gpu' : 'Dockerfile'
}

/** What the Dockerfile wants to be told. Images are named by digest, whatever they were called. */
async function bases(
  builder: Builder,
  { gpu, base, gpuBase, cudaSha256 }: ImageBuildFlags,
  run: { readonly onLine: (line: string) => void; readonly signal: AbortSignal },
): Promise<{ readonly BASE: string } & Readonly<Record<string, string>>> {
  if (gpu && (gpuBase === undefined || cudaSha256 === undefined)) {
    throw new Misuse('Cannot build an image with CUDA: wanted "--gpu-base" and "--cuda-sha256"', {
      next: 'docs/images.md says which',
    })
  }
  const isFolder = existsSync(base) && statSync(base).isDirectory()
  return {
    BASE: isFolder ? await importFolder(builder, resolve(base), run) : await builder.pin(base, run),
    ...(gpuBase === undefined ? {} : { GPU_BASE: await builder.pin(gpuBase, run) }),
    ...(cudaSha256 === undefined ? {} : { CUDA_PROVIDER_SHA256: cudaSha256 }),
  }
}

/** The project's own Dockerfile, or ours on a folder that holds nothing but what goes into the image. */
async function inContext<T>(
  base: string,
  facts: ImageFacts,
  out: Output,
  work: (context: string, file: string) => Promise<T>,
): Promise<T> {
  const own = join(base, fileName(facts))
  if (existsSync(own)) {
    out.note(`Takes ${fileName(facts)} of the project`)
    return await work(base, own)
  }
  const context = await mkdtemp(join(tmpdir(), 'chestnut-context-'))
  try {
    for (const path of contextFiles(facts)) {
      await mkdir(dirname(join(context, path)), { recursive: true })
      await copyFile(join(base, path), join(context, path))
    }
    const file = join(context, fileName(facts))
    await writeFile(file, dockerfile(facts))
    return await work(context, file)
  } finally {
    await rm(context, { recursive: true, force: true })
  }
}

/** What npm needs to reach a registry of one's own. No layer holds it. */
function secrets(base: string): Readonly<Record<string, string>> {
  const npmrc = [join(base, '.npmrc'), join(homedir(), '.npmrc')].find(path => existsSync(path))
  const ca = process.env['NODE_EXTRA_CA_CERTS'] ?? ''
  return { ...(npmrc === undefined ? {} : { npmrc }), ...(existsSync(ca) ? { ca } : {}) }
}
