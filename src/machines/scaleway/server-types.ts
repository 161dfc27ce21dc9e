import type { Asking, ScalewayClient } from './client.ts'

/** A kind of server as one zone sells it. */
export interface ServerType {
  readonly name: string
  readonly zone: string
  readonly cpus: number
  /** Bytes. */
  readonly memory: number
  readonly gpus: number
  readonly arch: string
  /** Euros. */
  readonly pricePerHour: number
  /** Bytes of local storage that it takes at most. */
  readonly localMost: number
  readonly isEnding: boolean
}

/** What a zone sells, in or out of stock. */
export async function serverTypes(
  client: ScalewayClient,
  zone: string,
  asking: Asking,
): Promise<readonly ServerType[]> {
  const pages = await everyPage(page =>
    client.ask(
      `list the kinds of server of ${zone}`,
      sdk => sdk.instance.listServersTypes({ zone, page, perPage: pageSize }),
      asking,
    ),
  )
  return pages.map(([name, type]) => ({
    name,
    zone,
    cpus: type.ncpus,
    memory: type.ram,
    gpus: type.gpu ?? 0,
    arch: type.arch,
    pricePerHour: type.hourlyPrice,
    localMost: type.volumesConstraint?.maxSize ?? 0,
    isEnding: type.endOfService,
  }))
}

/** How much a zone has of each kind. */
export async function availability(
  client: ScalewayClient,
  zone: string,
  asking: Asking,
): Promise<ReadonlyMap<string, 'available' | 'scarce' | 'none'>> {
  const pages = await everyPage(page =>
    client.ask(
      `ask what ${zone} has in stock`,
      sdk => sdk.instance.getServerTypesAvailability({ zone, page, perPage: pageSize }),
      asking,
    ),
  )
  return new Map(pages.map(([name, { availability: found }]) => [name, spoken(found)]))
}

function spoken(found: string): 'available' | 'scarce' | 'none' {
  return found === 'available' || found === 'scarce' ? found : 'none'
}

const pageSize = 100

/** These lists come by the page, and the SDK has no way of its own to turn them. */
async function everyPage<T>(
  ask: (page: number) => Promise<{ readonly servers: Readonly<Record<string, T>>; readonly totalCount: number }>,
): Promise<readonly (readonly [string, T])[]> {
  const all: (readonly [string, T])[] = []
  for (let page = 1; ; page++) {
    const { servers, totalCount } = await ask(page)
    const entries = Object.entries(servers)
    all.push(...entries)
    if (entries.length === 0 || all.length >= totalCount) return all
  }
}
