import { fakePrices, gigabyte } from './catalogue.ts'
import { hour } from './charges.ts'
import type { FakeServer, FakeVolume, World } from './world.ts'

/** Milliseconds until a block volume whose server is gone can be deleted, and until a deleted one is gone. */
const detaching = 2_000
const deleting = 1_000

interface NewVolume {
  readonly zone: string
  readonly name: string
  readonly kind: FakeVolume['kind']
  readonly size: number
  readonly tags: readonly string[]
}

export function addVolume(world: World, wanted: NewVolume): FakeVolume {
  const id = world.newId()
  const perGigabyte = wanted.kind === 'sbs_volume' ? fakePrices.block : fakePrices.local
  const charge = world.charge('volume', {
    id,
    name: wanted.name,
    zone: wanted.zone,
    tags: () => volume.tags,
    price: (perGigabyte * wanted.size) / gigabyte,
    unit: hour,
    whole: false,
  })
  const volume: FakeVolume = {
    ...wanted,
    id,
    project: world.project,
    created: world.time,
    charge,
    status: 'available',
    server: undefined,
  }
  world.volumes.set(id, volume)
  return volume
}

/** What becomes of the volumes of a server that is gone: local ones go with it if it was terminated, block storage stays and is billed on. */
export function releaseVolumes(world: World, server: FakeServer, terminated: boolean): void {
  for (const id of server.volumes.values()) {
    const volume = world.volumes.get(id)
    if (volume === undefined) continue
    volume.server = undefined
    if (volume.kind !== 'sbs_volume') {
      volume.status = 'available'
      if (terminated) removeVolume(world, volume)
    } else {
      world.after(detaching, () => {
        if (volume.status === 'in_use') volume.status = 'available'
      })
    }
  }
}

/** A deleted block volume is listed, and billed, for a moment more. */
export function deleteVolume(world: World, volume: FakeVolume): void {
  if (volume.kind === 'sbs_volume') {
    volume.status = 'deleting'
    world.after(deleting, () => removeVolume(world, volume))
  } else {
    removeVolume(world, volume)
  }
}

function removeVolume(world: World, volume: FakeVolume): void {
  world.stop(volume.charge)
  world.volumes.delete(volume.id)
}
