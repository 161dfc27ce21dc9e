import { isJsonObject } from '../core/index.ts'

/** What is in an image, as it is found there. */
export interface ImageContent {
  /** The project's. */
  readonly name: string
  /** Members "packages" of npm's lock file: by path. */
  readonly packages: Readonly<Record<string, unknown>>
  /** Programs and libraries of machine code: by path, with their SHA-256. */
  readonly natives: readonly { readonly path: string; readonly sha256: string }[]
  /** Without the v. */
  readonly node: string
  /** The text of `/var/lib/dpkg/status`; undefined where the base is no Debian. */
  readonly dpkg: string | undefined
  /** The base's, such as "debian" and "12". */
  readonly system: { readonly id: string; readonly version: string }
}

export interface Component {
  readonly type: 'library' | 'application' | 'file'
  readonly 'bom-ref': string
  readonly name: string
  readonly version?: string
  readonly purl?: string
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[]
  readonly licenses?: readonly { readonly license: { readonly name: string } }[]
}

/** A bill of materials, in CycloneDX 1.6. */
export interface Sbom {
  readonly bomFormat: 'CycloneDX'
  readonly specVersion: '1.6'
  readonly version: 1
  readonly metadata: { readonly component: Component }
  readonly components: readonly Component[]
}

/** Lists packages of npm and of the system, and machine code by its digest: no lock file tells of that. The same content, the same text. */
export function billOfMaterials(content: ImageContent): Sbom {
  const components = [
    {
      type: 'application',
      'bom-ref': 'node',
      name: 'node',
      version: content.node,
      purl: `pkg:generic/node@${content.node}`,
    },
    ...Object.entries(content.packages).flatMap(([path, value]) => npmPackage(path, value)),
    ...debianPackages(content),
    ...content.natives.map(nativeFile),
  ] as const satisfies readonly Component[]
  const unique = new Map(components.map(one => [one['bom-ref'], one]))
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': 'image', name: content.name } },
    components: [...unique.values()].sort((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1)),
  }
}

function npmPackage(path: string, value: unknown): readonly Component[] {
  const name = path.split('node_modules/').at(-1)
  if (!isJsonObject(value) || name === undefined || name === '' || typeof value['version'] !== 'string') return []
  const { version, integrity, license } = value
  const purl = `pkg:npm/${name.replace(/^@/, '%40')}@${encodeURIComponent(version)}`
  const hashes = typeof integrity === 'string' ? hashesOf(integrity) : []
  return [
    {
      type: 'library',
      'bom-ref': purl,
      name,
      version,
      purl,
      ...(hashes.length === 0 ? {} : { hashes }),
      ...(typeof license === 'string' ? { licenses: [{ license: { name: license } }] } : {}),
    },
  ]
}

/** npm writes digests as `sha512-BASE64`, several with spaces between. */
function hashesOf(integrity: string): readonly { alg: string; content: string }[] {
  return integrity.split(/\s+/).flatMap(one => {
    const [, bits, digest] = /^sha(256|384|512)-([A-Za-z0-9+/=]+)$/.exec(one) ?? []
    return digest === undefined ? [] : [{ alg: `SHA-${bits}`, content: Buffer.from(digest, 'base64').toString('hex') }]
  })
}

function nativeFile({ path, sha256 }: ImageContent['natives'][number]): Component {
  return { type: 'file', 'bom-ref': `file:${path}`, name: path, hashes: [{ alg: 'SHA-256', content: sha256 }] }
}

function debianPackages({ dpkg, system }: ImageContent): readonly Component[] {
  return (dpkg ?? '').split('\n\n').flatMap(entry => {
    const of = (field: string): string | undefined => new RegExp(`^${field}: (.+)$`, 'm').exec(entry)?.[1]
    const [name, version, architecture] = [of('Package'), of('Version'), of('Architecture')]
    if (name === undefined || version === undefined || !/ installed$/.test(of('Status') ?? '')) return []
    const distribution = `&distro=${system.id}-${system.version}`
    const purl = `pkg:deb/${system.id}/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}${distribution}`
    return [{ type: 'library', 'bom-ref': purl, name, version, purl }] as const
  })
}
