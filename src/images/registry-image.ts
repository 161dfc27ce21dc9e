import { isJsonObject, type JsonObject, Problem, sha256 } from '../core/index.ts'
import { checkByDigest } from './reference.ts'

/** One part of an image, packed. */
export interface Layer {
  /** SHA-256 of its bytes. */
  readonly sha256: string
  readonly size: number
  readonly url: string
}

/** An image in a registry, as somebody who gets it must know it. */
export interface RegistryImage {
  readonly reference: string
  /** SHA-256 that the reference names. */
  readonly sha256: string
  /** The lowest first. */
  readonly layers: readonly Layer[]
  /** Bytes of all layers. */
  readonly size: number
  /** Header that the registry wants with each layer. It is a secret. */
  readonly authorization?: string
}

const single = ['application/vnd.docker.distribution.manifest.v2+json', 'application/vnd.oci.image.manifest.v1+json']
const list = ['application/vnd.docker.distribution.manifest.list.v2+json', 'application/vnd.oci.image.index.v1+json']
const packed = ['application/vnd.docker.image.rootfs.diff.tar.gzip', 'application/vnd.oci.image.layer.v1.tar+gzip']

/** Where an image lies: a name without a host is Docker Hub's. */
interface Place {
  readonly reference: string
  readonly base: string
  readonly digest: string
}

/**
 * Asks a registry what an image is made of; all that it answers must have the digest that was asked for. Of an image for several systems
 * the one for Linux on x64 is meant.
 *
 * @param reference `ghcr.io/you/lungs@sha256:…`
 * @returns undefined where the registry answers only those who log in
 * @throws Misuse when the reference names no digest; Problem when there is no such image, or its layers are packed in another way
 */
export async function registryImage(reference: string, signal?: AbortSignal): Promise<RegistryImage | undefined> {
  const place = placeOf(reference)
  const first = await ask(place, place.digest, undefined, signal)
  const authorization = first.status === 401 ? await anonymous(first, place, signal) : undefined
  const manifest = await manifestOf(place, place.digest, authorization, signal)
  if (manifest === undefined) return undefined
  const isList = list.includes(String(manifest['mediaType']))
  const own = isList ? await manifestOf(place, forLinux(manifest, place), authorization, signal) : manifest
  if (own === undefined) return undefined
  const layers = layersOf(own, place)
  const size = layers.reduce((sum, layer) => sum + layer.size, 0)
  const header = authorization === undefined ? {} : { authorization }
  return { reference, sha256: place.digest.slice(7), layers, size, ...header }
}

/** Registries of this computer speak plain HTTP. */
export function isLocalRegistry(image: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+)(:|\/)/.test(image)
}

function placeOf(reference: string): Place {
  checkByDigest(reference)
  const [name = '', digest = ''] = reference.split('@')
  const [first = '', ...rest] = name.split('/')
  const hasHost = rest.length > 0 && /[.:]|^localhost$/.test(first)
  const host = hasHost && first !== 'docker.io' ? first : 'registry-1.docker.io'
  const path = hasHost ? rest : [first, ...rest]
  const full = host === 'registry-1.docker.io' && path.length === 1 ? ['library', ...path] : path
  const scheme = isLocalRegistry(name) ? 'http' : 'https'
  return { reference, base: `${scheme}://${host}/v2/${full.join('/').replace(/:[^:/]+$/, '')}`, digest }
}

async function ask({ base }: Place, digest: string, authorization?: string, signal?: AbortSignal): Promise<Response> {
  const headers = { accept: [...single, ...list].join(', '), ...(authorization === undefined ? {} : { authorization }) }
  return await answered(`${base}/manifests/${digest}`, headers, signal)
}

async function answered(url: string, headers: Record<string, string>, signal?: AbortSignal): Promise<Response> {
  const timeout = AbortSignal.timeout(30_000)
  try {
    return await fetch(url, { headers, signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]) })
  } catch (error) {
    signal?.throwIfAborted()
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    throw new Problem(`Cannot reach the registry at "${new URL(url).host}": ${String(cause)}`)
  }
}

/** Registries let everybody read public images by a token that everybody gets. */
async function anonymous(response: Response, place: Place, signal?: AbortSignal): Promise<string | undefined> {
  const wanted = response.headers.get('www-authenticate') ?? ''
  if (!/^Bearer /i.test(wanted)) return undefined
  const words = new Map([...wanted.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]))
  const realm = words.get('realm')
  if (realm === undefined || !URL.canParse(realm)) return undefined
  const url = new URL(realm)
  for (const name of ['service', 'scope']) {
    const value = words.get(name)
    if (value !== undefined) url.searchParams.set(name, value)
  }
  const answer = await answered(url.href, {}, signal)
  if (!answer.ok) return undefined
  const json = objectOf(await answer.text(), place)
  const token = json['token'] ?? json['access_token']
  // Letters of a bearer token (RFC 6750, section 2.1): no others go into anybody's configuration of curl.
  return typeof token === 'string' && /^[\w.~+/=-]+$/.test(token) ? `Bearer ${token}` : undefined
}

async function manifestOf(
  place: Place,
  digest: string,
  authorization: string | undefined,
  signal: AbortSignal | undefined,
): Promise<JsonObject | undefined> {
  const response = await ask(place, digest, authorization, signal)
  if (response.status === 401 || response.status === 403) return undefined
  if (!response.ok)
    throw new Problem(`Cannot find the image "${place.reference}": its registry answers ${response.status}`)
  const text = await response.text()
  if (`sha256:${sha256(text)}` !== digest)
    throw new Problem(`Cannot use the image "${place.reference}": what its registry answers has another digest`)
  return objectOf(text, place)
}

function objectOf(text: string, { reference }: Place): JsonObject {
  try {
    const value: unknown = JSON.parse(text)
    if (isJsonObject(value)) return value
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new Problem(`Cannot read what the registry says of "${reference}": it is no JSON object`)
}

function forLinux(manifest: JsonObject, { reference }: Place): string {
  const entries = Array.isArray(manifest['manifests']) ? manifest['manifests'].filter(isJsonObject) : []
  const found = entries.find(({ platform }) => {
    return isJsonObject(platform) && platform['os'] === 'linux' && platform['architecture'] === 'amd64'
  })
  if (typeof found?.['digest'] === 'string') return found['digest']
  throw new Problem(`Cannot use the image "${reference}": it has none for Linux on x64`)
}

function layersOf(manifest: JsonObject, { base, reference }: Place): readonly Layer[] {
  const layers = Array.isArray(manifest['layers']) ? manifest['layers'].filter(isJsonObject) : []
  if (layers.length === 0) throw new Problem(`Cannot use the image "${reference}": its manifest names no layers`)
  return layers.map(({ mediaType, digest, size }) => {
    if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest) || typeof size !== 'number')
      throw new Problem(`Cannot use the image "${reference}": its manifest names a layer without digest and size`)
    if (!packed.includes(String(mediaType)))
      throw new Problem(`Cannot use the image "${reference}": a layer is "${String(mediaType)}", wanted gzip`)
    return { sha256: digest.slice(7), size, url: `${base}/blobs/${digest}` }
  })
}
