import { caffeContract, torchContract } from './contracts.ts'
import type { NetworkDefinition } from './definition.ts'

export interface VggOptions {
  /** Convolutions in each block. */
  readonly blocks: readonly number[]
  /** Channels in each block. Default 64, 128, 256, 512, 512. */
  readonly widths?: readonly number[]
}

/** Simonyan and Zisserman 2015, table 1. Layers are called as in Keras (`block5_conv3`): each is a convolution with its relu. */
export function vgg({ blocks, widths = [64, 128, 256, 512, 512] }: VggOptions): NetworkDefinition {
  const torchNames = namesInTorch(blocks)
  return {
    features: `block${blocks.length}_pool`,
    stem: 'block1_conv1/conv',
    origins: [
      {
        name: 'Keras',
        layout: 'keras',
        names: layer => [layer.replace(/\/conv$/, '')],
        ways: { epsilon: 0 },
        contract: caffeContract,
      },
      {
        name: 'torchvision and timm',
        layout: 'torch',
        names: layer => [torchNames.get(layer) ?? []].flat(),
        ways: { epsilon: 0 },
        contract: torchContract,
      },
    ],
    write(layers, image) {
      let value = image
      blocks.forEach((count, b) => {
        for (let c = 1; c <= count; c++) {
          const name = `block${b + 1}_conv${c}`
          const options = { filters: widths[b] ?? 0, kernel: 3, bias: true }
          value = layers.block(value, name, from =>
            layers.activation(layers.conv(from, `${name}/conv`, options), name, 'relu'),
          )
        }
        value = layers.maxPool(value, `block${b + 1}_pool`, { kernel: 2, stride: 2 })
      })
    },
  }
}

/** torchvision counts convolutions, relus and pools in one list. */
function namesInTorch(blocks: readonly number[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  let index = 0
  blocks.forEach((count, b) => {
    for (let c = 1; c <= count; c++) {
      names.set(`block${b + 1}_conv${c}/conv`, `features.${index++}`)
      names.set(`block${b + 1}_conv${c}`, `features.${index++}`)
    }
    names.set(`block${b + 1}_pool`, `features.${index++}`)
  })
  return names
}
