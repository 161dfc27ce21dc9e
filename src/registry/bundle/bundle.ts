import {
  canonicalJson,
  checkStamp,
  isJsonObject,
  type JsonObject,
  Problem,
  parseRunRecord,
  Refusal,
  type RunRecord,
  sha256,
} from '../../core/index.ts'
import { type ModelVersion, parseModelVersion } from '../model-version.ts'
import { checkName } from '../reference.ts'
import { type BundleFile, firstFile, packFiles, unpackFiles } from './bundle-files.ts'
import { type PublicKey, readPublicKey, type SigningKey } from './signing-key.ts'

/** A version that goes from one store to another, with what is known of how it was made. */
export interface Bundle {
  readonly version: ModelVersion
  readonly model: Uint8Array
  /** The runs that made and judged it. */
  readonly runs: readonly RunRecord[]
  /** Outputs of those runs and their settings, by name. */
  readonly reports: readonly BundleFile[]
}

const paths = {
  manifest: 'manifest.json',
  signature: 'manifest.sig',
  signer: 'signer.pem',
  model: 'model.onnx',
} as const

/**
 * A bundle as one file, `chestnut.bundle/1`: a tar of a manifest with the digest of every other file, the manifest's signature, the
 * signer's public key, the model, its runs and reports. The same content and key make the same bytes.
 */
export function writeBundle({ version, model, runs, reports }: Bundle, key: SigningKey): Uint8Array {
  const text = new TextEncoder()
  const content: readonly BundleFile[] = [
    { path: paths.model, bytes: model },
    ...byPath(runs.map(run => ({ path: `runs/${run.id}.json`, bytes: text.encode(`${canonicalJson(run)}\n`) }))),
    ...byPath(reports.map(({ path, bytes }) => ({ path: `reports/${path}`, bytes }))),
  ]
  const files = content.map(({ path, bytes }) => ({ path, size: bytes.length, sha256: sha256(bytes) }))
  const manifest = text.encode(`${canonicalJson({ format: 'chestnut.bundle/1', version, files })}\n`)
  return packFiles([
    { path: paths.manifest, bytes: manifest },
    { path: paths.signature, bytes: key.sign(manifest) },
    { path: paths.signer, bytes: text.encode(key.publicPem) },
    ...content,
  ])
}

function byPath(files: readonly BundleFile[]): readonly BundleFile[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** A bundle whose signature and digests were checked. */
export interface TrustedBundle extends Bundle {
  /** Who signed it. */
  readonly signer: string
}

/**
 * @param trusted whose bundles are believed
 * @throws Refusal when somebody else signed it or the signature is wrong, Problem when it is no bundle, one whose bytes were altered,
 * or one of a newer Chestnut
 */
export function readBundle(bytes: Uint8Array, trusted: readonly PublicKey[]): TrustedBundle {
  const first = firstFile(bytes)
  checkStamp(jsonOf(first)['format'], 'bundle', 1)
  const [manifest, signature, signer, ...content] = unpackFiles(bytes)
  const order = [manifest, signature, signer].map(file => file?.path)
  if (order.join() !== [paths.manifest, paths.signature, paths.signer].join())
    throw damaged('its first files are others')
  const key = signerOf(signer!, trusted)
  if (!key.verifies(manifest!.bytes, signature!.bytes)) {
    throw new Refusal(`Cannot import the bundle: its signature by "${key.name}" is wrong, so its content was altered`, {
      next: 'get the file again from whoever signed it',
    })
  }
  return { ...contentOf(jsonOf(manifest!), content), signer: key.name }
}

function signerOf(file: BundleFile, trusted: readonly PublicKey[]): PublicKey {
  const { name, publicPem } = readPublicKey(textOf(file), file.path)
  // There are many ways to write one key: only ours is taken.
  if (publicPem !== textOf(file)) throw damaged('the key of its signer is written in another way')
  const key = trusted.find(each => each.name === name)
  if (key !== undefined) return key
  throw new Refusal(
    `Cannot import the bundle: it was signed by "${name}", which is not among the keys that are trusted`,
    {
      next: 'ask whoever sent it for their key by another way, and name it with --trust',
    },
  )
}

function contentOf(manifest: JsonObject, content: readonly BundleFile[]): Bundle {
  const listed = manifest['files']
  const found = content.map(({ path, bytes }) => ({ path, size: bytes.length, sha256: sha256(bytes) }))
  if (canonicalJson(listed ?? null) !== canonicalJson(found)) throw damaged('its files are not those of its manifest')
  const version = parseModelVersion(manifest['version'], 'of the bundle')
  checkName(version.name)
  const [model, ...others] = content
  if (model?.path !== paths.model || sha256(model.bytes) !== version.digest) throw damaged('its model is another one')
  const runs = others.filter(({ path }) => path.startsWith('runs/')).map(runOf)
  const reports = others.flatMap(({ path, bytes }) =>
    path.startsWith('reports/') ? [{ path: path.slice('reports/'.length), bytes }] : [],
  )
  if (runs.length + reports.length !== others.length) throw damaged('it holds files that no bundle has')
  return { version, model: model.bytes, runs, reports }
}

function runOf(file: BundleFile): RunRecord {
  const record = parseRunRecord(jsonOf(file))
  if (file.path !== `runs/${record.id}.json` || !/^[a-z0-9-]+$/.test(record.id)) throw damaged('a run has another name')
  return record
}

function jsonOf(file: BundleFile): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(textOf(file))
  } catch (cause) {
    throw damaged(`"${file.path.slice(0, 60)}" is no JSON`, cause)
  }
  if (!isJsonObject(value)) throw damaged(`"${file.path.slice(0, 60)}" is no JSON object`)
  return value
}

function textOf({ bytes }: BundleFile): string {
  return new TextDecoder().decode(bytes)
}

function damaged(what: string, cause?: unknown): Problem {
  return new Problem(`Cannot read the bundle: ${what}`, { cause, next: 'get the file again from whoever sent it' })
}
