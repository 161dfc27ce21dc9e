import { isJsonObject, Problem } from '../core/index.ts'

const kinds = 'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json'

/**
 * Asks a registry how many bytes of an image travel.
 * @param repository with the registry's host, such as "ghcr.io/you/lungs"
 * @returns undefined where it answers only those who log in
 * @throws Problem when what it answers is no manifest of one image
 */
export async function compressedSize(
  repository: string,
  digest: string,
  isPlain: boolean,
): Promise<number | undefined> {
  const [host = '', ...path] = repository.split('/')
  const url = `${isPlain ? 'http' : 'https'}://${host}/v2/${path.join('/')}/manifests/${digest}`
  const response = await fetch(url, { headers: { accept: kinds } })
  if (response.status === 401 || response.status === 403) return undefined
  if (!response.ok) throw new Problem(`Cannot weigh "${repository}@${digest}": the registry answers ${response.status}`)
  const manifest: unknown = await response.json()
  const layers = isJsonObject(manifest) ? manifest['layers'] : undefined
  if (!Array.isArray(layers)) throw new Problem(`Cannot weigh "${repository}@${digest}": its manifest names no layers`)
  return layers.reduce((sum: number, layer: unknown) => sum + (isJsonObject(layer) ? Number(layer['size']) : 0), 0)
}
