import { chestContract, torchContract } from './contracts.ts'
import type { NetworkDefinition } from './definition.ts'
import type { Layers } from './layers.ts'

export interface DenseNetOptions {
  /** Layers in each of the blocks. */
  readonly blocks: readonly number[]
  /** Channels that each layer adds. Default 32. */
  readonly growth?: number
  /** Channels of the first convolution. Default 64. */
  readonly width?: number
}

/** Channels of a layer's 1×1 convolution, in growths. */
const bottleneck = 4

/** Huang et al. 2017. Layers are called as in torchvision (`features.denseblock4.denselayer16.conv2`). */
export function densenet({ blocks, growth = 32, width = 64 }: DenseNetOptions): NetworkDefinition {
  const ways = { epsilon: 1e-5 }
  return {
    features: 'relu',
    stem: 'features.conv0',
    origins: [
      { name: 'torchvision and timm', layout: 'torch', names: namesInTorch, ways, contract: torchContract },
      { name: 'torchxrayvision', layout: 'torch', names: namesInTorch, channels: 1, ways, contract: chestContract },
      {
        name: 'Keras',
        layout: 'keras',
        names: layer => namesInKeras(layer, blocks.length),
        ways: { epsilon: 1.001e-5 },
        contract: torchContract,
      },
    ],
    write(layers, image) {
      const stem = layers.norm(
        layers.conv(image, 'features.conv0', { filters: width, kernel: 7, stride: 2 }),
        'features.norm0',
      )
      const relu = layers.activation(stem, 'features.relu0', 'relu')
      let value = layers.maxPool(relu, 'features.pool0', { kernel: 3, stride: 2, pad: 1 })
      blocks.forEach((count, b) => {
        value = layers.block(value, `features.denseblock${b + 1}`, from =>
          denseBlock(layers, from, b + 1, count, growth),
        )
        if (b < blocks.length - 1) {
          value = layers.block(value, `features.transition${b + 1}`, from => transition(layers, from, b + 1))
        }
      })
      layers.activation(layers.norm(value, `features.norm${blocks.length + 1}`), 'relu', 'relu')
    },
  }
}

/** Each layer sees what all before it gave, and adds `growth` channels. */
function denseBlock(layers: Layers, from: string, number: number, count: number, growth: number): string {
  let value = from
  for (let i = 1; i <= count; i++) {
    const name = `features.denseblock${number}.denselayer${i}`
    value = layers.block(value, name, all => {
      const narrow = layers.conv(normed(layers, all, name, 1), `${name}.conv1`, {
        filters: bottleneck * growth,
        kernel: 1,
      })
      const added = layers.conv(normed(layers, narrow, name, 2), `${name}.conv2`, { filters: growth, kernel: 3 })
      return layers.concat([all, added], `${name}.concat`)
    })
  }
  return value
}

function normed(layers: Layers, from: string, name: string, i: number): string {
  return layers.activation(layers.norm(from, `${name}.norm${i}`), `${name}.relu${i}`, 'relu')
}

function transition(layers: Layers, from: string, number: number): string {
  const name = `features.transition${number}`
  const relu = layers.activation(layers.norm(from, `${name}.norm`), `${name}.relu`, 'relu')
  const half = layers.conv(relu, `${name}.conv`, { filters: Math.floor(layers.channelsOf(from) / 2), kernel: 1 })
  return layers.averagePool(half, `${name}.pool`, { kernel: 2, stride: 2 })
}

/** Files from before 2018, torchvision's own among them, write `norm.1` for `norm1`. */
function namesInTorch(layer: string): readonly string[] {
  const older = layer.replace(/(denselayer\d+\.(?:norm|relu|conv))([12])$/, '$1.$2')
  return older === layer ? [layer] : [layer, older]
}

const partsInKeras: Readonly<Record<string, string>> = {
  norm1: '0_bn',
  relu1: '0_relu',
  conv1: '1_conv',
  norm2: '1_bn',
  relu2: '1_relu',
  conv2: '2_conv',
  concat: 'concat',
}

const stemInKeras: Readonly<Record<string, string>> = { conv0: 'conv', norm0: 'bn', relu0: 'relu' }

/** Keras counts stages from the first convolution on. Its first files write `conv1/conv` for `conv1_conv`. */
function namesInKeras(layer: string, blocks: number): readonly string[] {
  const name = layer.replace(/^features\./, '')
  const stem = stemInKeras[name]
  if (stem !== undefined) return [`conv1_${stem}`, `conv1/${stem}`]
  if (name === 'pool0') return ['pool1']
  if (name === 'relu') return ['relu']
  if (name === `norm${blocks + 1}`) return ['bn']
  const [, block, index, part = ''] = /^denseblock(\d+)\.denselayer(\d+)\.(.+)$/.exec(name) ?? []
  const inBlock = partsInKeras[part]
  if (inBlock !== undefined) return [`conv${Number(block) + 1}_block${index}_${inBlock}`]
  const [, number, step] = /^transition(\d+)\.(.+)$/.exec(name) ?? []
  return number === undefined ? [] : [`pool${Number(number) + 1}_${step === 'norm' ? 'bn' : step}`]
}
