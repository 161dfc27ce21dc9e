/** A file of the guide's project as text. */
export interface ScriptFile {
  /** Below the project's folder, with `/`. */
  readonly path: string
  readonly text: string
}

export interface GuideBucket {
  readonly name: string
  readonly region: string
  readonly endpoint: string
  /** Whether a script makes its objects public. */
  readonly isPublic: boolean
  /** Names that other files give; they count less. */
  readonly others: readonly string[]
}

/** The bucket that the scripts speak of most. Keys are not looked at. */
export function bucketOf(files: readonly ScriptFile[]): GuideBucket | undefined {
  const counts = new Map<string, number>()
  let region: string | undefined
  for (const { path, text } of files) {
    // What is run counts; what is written about it counts where nothing is run.
    const weight = /\.(sh|ya?ml)$/.test(path) ? 100 : 1
    for (const [, name = ''] of text.matchAll(/s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/g)) {
      counts.set(name, (counts.get(name) ?? 0) + weight)
    }
    for (const [, name = '', where] of text.matchAll(
      /https?:\/\/([a-z0-9][a-z0-9-]{1,61})\.s3\.([a-z0-9-]+)\.scw\.cloud/g,
    )) {
      counts.set(name, (counts.get(name) ?? 0) + weight)
      region ??= where
    }
    region = /^bucket_location\s*=\s*(\S+)/m.exec(text)?.[1] ?? region
  }
  const [first, ...others] = [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name)
  if (first === undefined) return undefined
  const host = firstMatch(files, /^host_base\s*=\s*(\S+)/m)
  const found = region ?? 'fr-par'
  return {
    name: first,
    region: found,
    endpoint: `https://${host?.replace(/^https?:\/\//, '') ?? `s3.${found}.scw.cloud`}`,
    isPublic: files.some(({ text }) => text.includes('--acl-public')),
    others,
  }
}

export interface GuideMachine {
  /** `cpu` of `SERVER_ID_CPU`; `server` where only its id is there. */
  readonly name: string
  /** The variable that holds the server's id. */
  readonly variable: string | undefined
  /** As it stands in a file. */
  readonly id: string | undefined
  readonly zone: string
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'

/** The servers that scripts and workflows start and stop, by the variables that hold their ids, or by the ids themselves. */
export function machinesOf(files: readonly ScriptFile[]): readonly GuideMachine[] {
  const zone = firstMatch(files, /^\s*SCW_(?:DEFAULT_)?ZONE:?\s*[=:]?\s*["']?([a-z]{2}-[a-z]{3}-\d)/m) ?? 'fr-par-1'
  const variables = new Set(
    files.flatMap(({ text }) => [...text.matchAll(/\bSERVER_ID_[A-Z0-9_]+\b/g)].map(([variable]) => variable)),
  )
  const named = [...variables].map(variable => ({
    name: variable.slice('SERVER_ID_'.length).toLowerCase().replaceAll('_', '-'),
    variable,
    id: firstMatch(files, new RegExp(`\\b${variable}["']?\\s*[=:]\\s*["']?(${uuid})`)),
    zone,
  }))
  const typed = new RegExp(`\\binstance server (?:start|stop|reboot|wait)(?: -\\S+)* (${uuid})`, 'g')
  const ids = new Set(files.flatMap(({ text }) => [...text.matchAll(typed)].map(([, id = '']) => id)))
  const others = [...ids].filter(id => named.every(machine => machine.id !== id))
  return [
    ...named,
    ...others.map((id, i) => ({ name: i === 0 ? 'server' : `server-${i + 1}`, variable: undefined, id, zone })),
  ]
}

/** Settings of the guide's training; undefined where the script does not say them in the guide's way. */
export interface GuideTraining {
  readonly epochs: number | undefined
  readonly batch: number | undefined
  readonly rate: number | undefined
  readonly size: number | undefined
  readonly patience: number | undefined
  readonly cut: string | undefined
  readonly units: readonly number[] | undefined
  readonly dropout: readonly number[] | undefined
  readonly target: string | undefined
  /** Of Keras' generator, by the names of `kerasAugmentation`; only what the script gives. */
  readonly augmentation: Readonly<Record<string, number | boolean>>
  readonly test: number | undefined
}

export function trainingOf(files: readonly ScriptFile[]): GuideTraining {
  const scripts = files.filter(({ path }) => path.endsWith('.py'))
  const number = (pattern: RegExp): number | undefined => numberOf(firstMatch(scripts, pattern))
  const all = (pattern: RegExp): readonly number[] | undefined => {
    const model = scripts.find(({ text }) => /Sequential\(/.test(text))
    const found = [...(model?.text ?? '').matchAll(pattern)].map(([, text = '']) => Number(text))
    return found.length > 0 && found.every(Number.isFinite) ? found : undefined
  }
  const dense = all(/\bDense\(\s*(\d+)/g)
  return {
    epochs: number(/^EPOCHS\s*=\s*(\d+)/m),
    batch: number(/^BATCH_SIZE\s*=\s*(\d+)/m),
    rate: number(/^LEARNING_RATE\s*=\s*([0-9.e-]+)/m),
    size: number(/^IMG_SIZE\s*=\s*\(\s*(\d+)/m),
    patience: number(/\bpatience\s*=\s*(\d+)/),
    cut: firstMatch(scripts, /layer_of_interest\s*=\s*["'](\w+)["']/),
    // The last layer is the answer.
    units: dense !== undefined && dense.length > 1 ? dense.slice(0, -1) : undefined,
    dropout: all(/\bDropout\(\s*(0?\.\d+)/g),
    target: firstMatch(scripts, /create_splits\(\s*\w+\s*,\s*[0-9.]+\s*,\s*["']([^"'\n]+)["']/),
    augmentation: augmentationOf(scripts),
    test: number(/create_splits\(\s*\w+\s*,\s*([0-9.]+)/),
  }
}

/** Keras' names, and ours. */
const changes = {
  rotation_range: 'rotation',
  width_shift_range: 'widthShift',
  height_shift_range: 'heightShift',
  shear_range: 'shear',
  zoom_range: 'zoom',
  horizontal_flip: 'horizontalFlip',
  vertical_flip: 'verticalFlip',
} as const

function augmentationOf(scripts: readonly ScriptFile[]): Readonly<Record<string, number | boolean>> {
  const found: Record<string, number | boolean> = {}
  for (const [keras, ours] of Object.entries(changes)) {
    const text = firstMatch(scripts, new RegExp(`\\b${keras}\\s*=\\s*(True|False|\\d*\\.?\\d+)\\s*[,)]`))
    if (text !== undefined) found[ours] = /^[TF]/.test(text) ? text === 'True' : Number(text)
  }
  return found
}

function numberOf(text: string | undefined): number | undefined {
  const value = Number(text)
  return text !== undefined && Number.isFinite(value) && value > 0 ? value : undefined
}

function firstMatch(files: readonly ScriptFile[], pattern: RegExp): string | undefined {
  for (const { text } of files) {
    const found = pattern.exec(text)?.[1]
    if (found !== undefined) return found
  }
  return undefined
}
