import { torchContract } from './contracts.ts'
import type { NetworkDefinition } from './definition.ts'
import type { Layers } from './layers.ts'

interface Stage {
  readonly expansion: number
  readonly kernel: number
  readonly stride: number
  readonly filters: number
  readonly blocks: number
}

const stage = (expansion: number, kernel: number, stride: number, filters: number, blocks: number): Stage => ({
  expansion,
  kernel,
  stride,
  filters,
  blocks,
})

/** Tan and Le 2019, table 1. */
const stages: readonly Stage[] = [
  stage(1, 3, 1, 16, 1),
  stage(6, 3, 2, 24, 2),
  stage(6, 5, 2, 40, 2),
  stage(6, 3, 2, 80, 3),
  stage(6, 5, 1, 112, 3),
  stage(6, 5, 2, 192, 4),
  stage(6, 3, 1, 320, 1),
]

/** Channels of the squeeze, as a share of the block's input. */
const squeezeShare = 1 / 4

/** EfficientNet-B0. Layers are called as in torchvision (`features.7.0.block.1`). */
export const efficientnetB0: NetworkDefinition = {
  features: 'features.8',
  stem: 'features.0.0',
  origins: [
    {
      name: 'torchvision',
      layout: 'torch',
      names: layer => [layer],
      ways: { epsilon: 1e-5 },
      contract: torchContract,
    },
    { name: 'timm', layout: 'torch', names: namesInTimm, ways: { epsilon: 1e-5 }, contract: torchContract },
  ],
  write(layers, image) {
    let value = layers.block(image, 'features.0', from =>
      convolution(layers, from, 'features.0', { filters: 32, kernel: 3, stride: 2 }),
    )
    stages.forEach((each, s) => {
      value = layers.block(value, `features.${s + 1}`, from => {
        let inner = from
        for (let b = 0; b < each.blocks; b++) {
          const shape = b === 0 ? each : { ...each, stride: 1 }
          inner = layers.block(inner, `features.${s + 1}.${b}`, start =>
            block(layers, start, `features.${s + 1}.${b}`, shape),
          )
        }
        return inner
      })
    })
    layers.block(value, 'features.8', from =>
      convolution(layers, from, 'features.8', { filters: 1280, kernel: 1, stride: 1 }),
    )
  },
}

interface Step {
  readonly filters: number
  readonly kernel: number
  readonly stride: number
  readonly groups?: number
}

/** A convolution `NAME.0` with its norm `NAME.1` and silu. */
function convolution(layers: Layers, from: string, name: string, step: Step): string {
  return layers.activation(layers.norm(layers.conv(from, `${name}.0`, step), `${name}.1`), `${name}.2`, 'silu')
}

function block(layers: Layers, from: string, name: string, { expansion, kernel, stride, filters }: Stage): string {
  const channels = layers.channelsOf(from)
  const inner = channels * expansion
  let part = 0
  let value = from
  if (expansion > 1) {
    value = convolution(layers, value, `${name}.block.${part++}`, { filters: inner, kernel: 1, stride: 1 })
  }
  value = convolution(layers, value, `${name}.block.${part++}`, { filters: inner, kernel, stride, groups: inner })
  value = squeezed(layers, value, `${name}.block.${part++}`, Math.max(1, Math.floor(channels * squeezeShare)))
  const projected = layers.conv(value, `${name}.block.${part}.0`, { filters, kernel: 1 })
  const result = layers.norm(projected, `${name}.block.${part}.1`)
  return stride === 1 && channels === filters ? layers.add([from, result], `${name}.add`) : result
}

/** Each channel times a weight that the means of all channels give (squeeze and excitation). */
function squeezed(layers: Layers, from: string, name: string, narrow: number): string {
  const filters = layers.channelsOf(from)
  const mean = layers.globalAverage(from, `${name}.avgpool`)
  const first = layers.conv(mean, `${name}.fc1`, { filters: narrow, kernel: 1, bias: true })
  const second = layers.conv(layers.activation(first, `${name}.activation`, 'silu'), `${name}.fc2`, {
    filters,
    kernel: 1,
    bias: true,
  })
  const weights = layers.activation(second, `${name}.scale_activation`, 'sigmoid')
  return layers.multiply([from, weights], name)
}

const stemInTimm: Readonly<Record<string, string>> = {
  'features.0.0': 'conv_stem',
  'features.0.1': 'bn1',
  'features.8.0': 'conv_head',
  'features.8.1': 'bn2',
}

/** Names of a block's parts with and without expansion. */
const partsInTimm = {
  plain: {
    '0.0': 'conv_dw',
    '0.1': 'bn1',
    '1.fc1': 'se.conv_reduce',
    '1.fc2': 'se.conv_expand',
    '2.0': 'conv_pw',
    '2.1': 'bn2',
  },
  expanding: {
    '0.0': 'conv_pw',
    '0.1': 'bn1',
    '1.0': 'conv_dw',
    '1.1': 'bn2',
    '2.fc1': 'se.conv_reduce',
    '2.fc2': 'se.conv_expand',
    '3.0': 'conv_pwl',
    '3.1': 'bn3',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>

/** `features.7.0.block.1.0` is `blocks.6.0.conv_dw` in timm. */
function namesInTimm(layer: string): readonly string[] {
  const [, stageNumber, index, part] = /^features\.(\d+)\.(\d+)\.block\.(.+)$/.exec(layer) ?? []
  const row = Number(stageNumber) - 1
  const parts: Readonly<Record<string, string>> =
    stages[row]?.expansion === 1 ? partsInTimm.plain : partsInTimm.expanding
  const theirs = part === undefined ? undefined : parts[part]
  const found = theirs === undefined ? stemInTimm[layer] : `blocks.${row}.${index}.${theirs}`
  return found === undefined ? [] : [found]
}
