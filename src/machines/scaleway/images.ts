import { Problem } from '../../core/index.ts'
import type { Asking, ScalewayClient } from './client.ts'
import type { RootVolume } from './root-volume.ts'

/** Ubuntu, with NVIDIA's driver where there is a GPU. */
export function usualImage(gpus: number): string {
  return gpus > 0 ? 'ubuntu_noble_gpu_os_12' : 'ubuntu_noble'
}

/**
 * The id of an image in the flavour that goes with the root volume: the two do not mix.
 *
 * @param label such as "ubuntu_noble"
 * @throws Problem when the type cannot be started from it.
 */
export async function imageId(
  client: ScalewayClient,
  label: string,
  zone: string,
  type: string,
  volume: RootVolume['kind'],
  asking: Asking,
): Promise<string> {
  const flavour = volume === 'sbs_volume' ? 'instance_sbs' : 'instance_local'
  const images = await client.ask(
    `look for the image "${label}" in ${zone}`,
    sdk => sdk.marketplace.listLocalImages({ imageLabel: label, zone, arch: 'x86_64', type: flavour }).all(),
    asking,
  )
  const image = images.find(one => one.compatibleCommercialTypes.includes(type))
  if (image !== undefined) return image.id
  throw new Problem(`Cannot start "${type}" in "${zone}" from the image "${label}": Scaleway has none that fits`, {
    next: 'choose another "image" in chestnut.config.ts',
  })
}
