import { caffeContract, chestContract, torchContract } from './contracts.ts'
import type { NetworkDefinition, Ways } from './definition.ts'
import type { Layers } from './layers.ts'

export interface ResNetOptions {
  /** Blocks in each of the four layers. */
  readonly blocks: readonly number[]
  /** True: blocks of 1×1, 3×3 and 1×1 convolutions; else two 3×3. */
  readonly bottleneck: boolean
  /** Channels of the first layer; each later one has twice as many. Default 64. */
  readonly width?: number
}

/** He et al. 2016. Layers are called as in torchvision (`layer4.2.conv3`). */
export function resnet({ blocks, bottleneck, width = 64 }: ResNetOptions): NetworkDefinition {
  const torch = {
    name: 'torchvision and timm',
    layout: 'torch',
    names: (layer: string) => [layer],
    ways: { epsilon: 1e-5 },
    contract: torchContract,
  } as const
  const keras = {
    name: 'Keras',
    layout: 'keras',
    names: namesInKeras,
    ways: { epsilon: 1.001e-5, strideFirst: true, biases: true },
    contract: caffeContract,
  } as const
  const chest = { ...torch, name: 'torchxrayvision', channels: 1, contract: { ...chestContract, size: 512 } } as const
  return {
    features: `layer${blocks.length}`,
    stem: 'conv1',
    // Neither Keras nor torchxrayvision has networks of two 3×3 convolutions a block.
    origins: bottleneck ? [torch, chest, keras] : [torch],
    silent: bottleneck ? /\.bn3$/ : /\.bn2$/,
    write(layers, image, ways) {
      const stem = layers.conv(image, 'conv1', { filters: width, kernel: 7, stride: 2, bias: ways.biases ?? false })
      const relu = layers.activation(layers.norm(stem, 'bn1'), 'relu', 'relu')
      let value = layers.maxPool(relu, 'maxpool', { kernel: 3, stride: 2, pad: 1 })
      blocks.forEach((count, l) => {
        value = layers.block(value, `layer${l + 1}`, from => {
          let inner = from
          for (let b = 0; b < count; b++) {
            const shape = { filters: width * 2 ** l, stride: b === 0 && l > 0 ? 2 : 1 }
            inner = layers.block(inner, `layer${l + 1}.${b}`, start =>
              (bottleneck ? bottleneckBlock : basicBlock)(layers, start, `layer${l + 1}.${b}`, shape, ways),
            )
          }
          return inner
        })
      })
    },
  }
}

interface BlockShape {
  readonly filters: number
  readonly stride: number
}

function basicBlock(layers: Layers, from: string, name: string, { filters, stride }: BlockShape): string {
  const first = layers.norm(layers.conv(from, `${name}.conv1`, { filters, kernel: 3, stride }), `${name}.bn1`)
  const relu = layers.activation(first, `${name}.relu1`, 'relu')
  const second = layers.norm(layers.conv(relu, `${name}.conv2`, { filters, kernel: 3 }), `${name}.bn2`)
  return joined(layers, from, second, name, stride, false)
}

/** The last convolution has four times as many filters. */
const expansion = 4

function bottleneckBlock(
  layers: Layers,
  from: string,
  name: string,
  { filters, stride }: BlockShape,
  { strideFirst = false, biases = false }: Ways,
): string {
  const step = (value: string, i: number, wide: number, kernel: number, by: number): string =>
    layers.norm(
      layers.conv(value, `${name}.conv${i}`, { filters: wide, kernel, stride: by, bias: biases }),
      `${name}.bn${i}`,
    )
  const first = layers.activation(step(from, 1, filters, 1, strideFirst ? stride : 1), `${name}.relu1`, 'relu')
  const second = layers.activation(step(first, 2, filters, 3, strideFirst ? 1 : stride), `${name}.relu2`, 'relu')
  return joined(layers, from, step(second, 3, filters * expansion, 1, 1), name, stride, biases)
}

/** The block's result on top of its input, which a 1×1 convolution brings to the same shape where it must. */
function joined(layers: Layers, from: string, result: string, name: string, stride: number, bias: boolean): string {
  const filters = layers.channelsOf(result)
  const shortcut =
    stride === 1 && layers.channelsOf(from) === filters
      ? from
      : layers.norm(
          layers.conv(from, `${name}.downsample.0`, { filters, kernel: 1, stride, bias }),
          `${name}.downsample.1`,
        )
  return layers.activation(layers.add([result, shortcut], `${name}.add`), `${name}.relu`, 'relu')
}

const partsInKeras: Readonly<Record<string, string>> = {
  conv1: '1_conv',
  bn1: '1_bn',
  relu1: '1_relu',
  conv2: '2_conv',
  bn2: '2_bn',
  relu2: '2_relu',
  conv3: '3_conv',
  bn3: '3_bn',
  'downsample.0': '0_conv',
  'downsample.1': '0_bn',
  add: 'add',
  relu: 'out',
}

const stemInKeras: Readonly<Record<string, string>> = {
  conv1: 'conv1_conv',
  bn1: 'conv1_bn',
  relu: 'conv1_relu',
  maxpool: 'pool1_pool',
}

/** `layer4.2.conv3` is `conv5_block3_3_conv` in Keras. */
function namesInKeras(name: string): readonly string[] {
  const [, layer, block, part = ''] = /^layer(\d+)\.(\d+)\.(.+)$/.exec(name) ?? []
  const inBlock = partsInKeras[part]
  const found =
    inBlock === undefined ? stemInKeras[name] : `conv${Number(layer) + 1}_block${Number(block) + 1}_${inBlock}`
  return found === undefined ? [] : [found]
}
