/** Euros for an hour, as listed on 2026-07-01: no call of the API tells them. */
export const listedPrices = {
  date: '2026-07-01',
  localGigabyte: 0.000044,
  blockGigabyte: 0.000118,
  address: 0.004,
} as const

const gigabyte = 1e9

export interface RootVolume {
  readonly kind: 'l_ssd' | 'sbs_volume'
  /** Bytes. */
  readonly size: number
  readonly pricePerHour: number
}

/**
 * The root volume of a new server. A local one where it fits: it is cheaper, and goes with its server.
 *
 * @param localMost bytes of local storage that the type takes; 0: none
 * @param disk bytes that were asked for. Default: the least that the image takes.
 */
export function rootVolume(localMost: number, gpus: number, disk?: number): RootVolume {
  const size = Math.max(disk ?? 0, (gpus > 0 ? 125 : 10) * gigabyte)
  const kind = size <= localMost ? 'l_ssd' : 'sbs_volume'
  return { kind, size, pricePerHour: volumePrice(kind, size) }
}

/** Euros an hour. */
export function volumePrice(kind: string, size: number): number {
  return (size / gigabyte) * (kind === 'sbs_volume' ? listedPrices.blockGigabyte : listedPrices.localGigabyte)
}
