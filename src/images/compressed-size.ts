import { registryImage } from './registry-image.ts'

/**
 * Asks a registry how many bytes of an image travel.
 *
 * @param reference with a digest
 * @returns undefined where it answers only those who log in
 * @throws Problem when what it answers is no manifest of an image
 */
export async function compressedSize(reference: string): Promise<number | undefined> {
  const image = await registryImage(reference)
  return image?.layers.reduce((sum, { size }) => sum + size, 0)
}
