/** A kind of server that the fake rents out. Sizes in bytes; euros without VAT. */
export interface FakeType {
  readonly name: string
  readonly arch: 'x86_64' | 'arm64'
  readonly cpus: number
  readonly memory: number
  readonly gpus: number
  readonly gpuName?: string
  readonly pricePerHour: number
  /** What is billed whole: every unit that was begun. */
  readonly unit: 'minute' | 'hour'
  readonly zones: readonly string[]
  /** The most local storage; 0 where only block storage can be had. */
  readonly localStorage: number
}

/** One image in one flavour. */
export interface FakeImage {
  readonly label: string
  readonly arch: 'x86_64' | 'arm64'
  /** Bytes: the least that its root volume may have. */
  readonly smallestRoot: number
  readonly gpu: boolean
}

export const gigabyte = 1e9

export const fakeZones = [
  'fr-par-1',
  'fr-par-2',
  'fr-par-3',
  'nl-ams-1',
  'nl-ams-2',
  'nl-ams-3',
  'pl-waw-1',
  'pl-waw-2',
  'pl-waw-3',
] as const

const paris = ['fr-par-1', 'fr-par-2']
const everywhere = ['fr-par-1', 'fr-par-2', 'nl-ams-1', 'pl-waw-2']

export const fakeTypes: readonly FakeType[] = [
  type('DEV1-S', 2, 2, 0.008976, everywhere, { localStorage: 20 * gigabyte }),
  type('GP1-S', 8, 32, 0.19074, everywhere, { localStorage: 600 * gigabyte }),
  type('PLAY2-MICRO', 4, 8, 0.05508, everywhere),
  type('POP2-8C-32G', 8, 32, 0.29, everywhere),
  type('BASIC2-A4C-8G', 4, 8, 0.0517, paris, { arch: 'arm64' }),
  // Its GPU is billed by the hour, unlike those of all the others.
  type('RENDER-S', 10, 42, 1.221, ['fr-par-1'], { gpus: 1, gpuName: 'P100', localStorage: 400 * gigabyte }),
  type('L4-1-24G', 8, 48, 0.7875, ['fr-par-1', 'fr-par-2', 'pl-waw-2'], { gpus: 1, gpuName: 'L4', unit: 'minute' }),
  type('L40S-1-48G', 8, 96, 1.4, ['fr-par-2'], { gpus: 1, gpuName: 'L40S', unit: 'minute' }),
  type('H100-1-80G', 24, 240, 2.52, ['fr-par-2', 'pl-waw-2'], { gpus: 1, gpuName: 'H100', unit: 'minute' }),
]

export const fakeImages: readonly FakeImage[] = [
  { label: 'ubuntu_noble', arch: 'x86_64', smallestRoot: 10 * gigabyte, gpu: false },
  { label: 'ubuntu_noble', arch: 'arm64', smallestRoot: 10 * gigabyte, gpu: false },
  { label: 'debian_bookworm', arch: 'x86_64', smallestRoot: 10 * gigabyte, gpu: false },
  { label: 'ubuntu_noble_gpu_os_12', arch: 'x86_64', smallestRoot: 125 * gigabyte, gpu: true },
  { label: 'ubuntu_noble_gpu_os_13_nvidia', arch: 'x86_64', smallestRoot: 125 * gigabyte, gpu: true },
]

/** Euros for an hour of a gigabyte on block storage, of a gigabyte on local storage, and of a public IPv4 address. */
export const fakePrices = { block: 0.000118, local: 0.000044, address: 0.004 } as const

interface Extras {
  readonly arch?: FakeType['arch']
  readonly gpus?: number
  readonly gpuName?: string
  readonly unit?: FakeType['unit']
  readonly localStorage?: number
}

function type(
  name: string,
  cpus: number,
  gigabytes: number,
  pricePerHour: number,
  zones: readonly string[],
  extras: Extras = {},
): FakeType {
  const { arch = 'x86_64', gpus = 0, unit = 'hour', localStorage = 0, gpuName } = extras
  const memory = gigabytes * gigabyte
  const known = { name, arch, cpus, memory, gpus, pricePerHour, unit, zones, localStorage }
  return gpuName === undefined ? known : { ...known, gpuName }
}
