import { createHash } from 'node:crypto'
import { type FakeImage, fakeImages, fakeTypes } from './catalogue.ts'

/** An image in one flavour, zone and architecture, under its own id. */
export interface LocalImage {
  readonly id: string
  readonly image: FakeImage
  readonly zone: string
  readonly flavour: 'instance_local' | 'instance_sbs'
}

export function localImages(zone: string): readonly LocalImage[] {
  return fakeImages.flatMap(image =>
    (['instance_local', 'instance_sbs'] as const).map(flavour => ({
      id: idOf(image, zone, flavour),
      image,
      zone,
      flavour,
    })),
  )
}

/** The names of the kinds of server that an image can be started on. */
export function compatibleTypes({ image, zone }: LocalImage): readonly string[] {
  return fakeTypes
    .filter(type => type.arch === image.arch && type.zones.includes(zone) && (!image.gpu || type.gpus > 0))
    .map(type => type.name)
}

function idOf(image: FakeImage, zone: string, flavour: string): string {
  const hex = createHash('sha256').update(`${image.label}/${image.arch}/${zone}/${flavour}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
