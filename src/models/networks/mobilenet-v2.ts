import { torchContract } from './contracts.ts'
import type { NetworkDefinition } from './definition.ts'
import type { Layers } from './layers.ts'

/** Expansion, filters, blocks and stride of each row (Sandler et al. 2018, table 2). */
const table: readonly (readonly [expansion: number, filters: number, blocks: number, stride: number])[] = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
]

const timmNames = namesInTimm()

/** MobileNetV2. Layers are called as in torchvision (`features.17.conv.2`). */
export const mobilenetV2: NetworkDefinition = {
  features: 'features.18',
  stem: 'features.0.0',
  origins: [
    {
      name: 'torchvision',
      layout: 'torch',
      names: layer => [layer],
      ways: { epsilon: 1e-5 },
      contract: torchContract,
    },
    {
      name: 'timm',
      layout: 'torch',
      names: layer => [timmNames.get(layer) ?? []].flat(),
      ways: { epsilon: 1e-5 },
      contract: torchContract,
    },
  ],
  write(layers, image) {
    let value = layers.block(image, 'features.0', from =>
      convolution(layers, from, 'features.0', { filters: 32, kernel: 3, stride: 2 }),
    )
    for (const { name, expansion, filters, stride } of rows()) {
      value = layers.block(value, name, from => invertedResidual(layers, from, name, expansion, filters, stride))
    }
    layers.block(value, 'features.18', from =>
      convolution(layers, from, 'features.18', { filters: 1280, kernel: 1, stride: 1 }),
    )
  },
}

interface Row {
  readonly name: string
  readonly expansion: number
  readonly filters: number
  readonly stride: number
  /** Row and block of the table, counted from 0. */
  readonly at: readonly [number, number]
}

function rows(): readonly Row[] {
  let index = 1
  return table.flatMap(([expansion, filters, blocks, stride], row) =>
    Array.from({ length: blocks }, (_, block) => ({
      name: `features.${index++}`,
      expansion,
      filters,
      stride: block === 0 ? stride : 1,
      at: [row, block] as const,
    })),
  )
}

interface Step {
  readonly filters: number
  readonly kernel: number
  readonly stride: number
  readonly groups?: number
}

/** A convolution `NAME.0` with its norm `NAME.1` and relu. */
function convolution(layers: Layers, from: string, name: string, step: Step): string {
  return layers.activation(layers.norm(layers.conv(from, `${name}.0`, step), `${name}.1`), `${name}.2`, 'relu6')
}

function invertedResidual(
  layers: Layers,
  from: string,
  name: string,
  expansion: number,
  filters: number,
  stride: number,
): string {
  const inner = layers.channelsOf(from) * expansion
  let step = 0
  let value = from
  if (expansion > 1) {
    value = convolution(layers, value, `${name}.conv.${step++}`, { filters: inner, kernel: 1, stride: 1 })
  }
  value = convolution(layers, value, `${name}.conv.${step++}`, { filters: inner, kernel: 3, stride, groups: inner })
  const projected = layers.conv(value, `${name}.conv.${step++}`, { filters, kernel: 1 })
  const result = layers.norm(projected, `${name}.conv.${step}`)
  return stride === 1 && layers.channelsOf(from) === filters ? layers.add([from, result], `${name}.add`) : result
}

/** timm parts the same network into rows and blocks: `blocks.6.0.conv_pw` is `features.17.conv.0.0`. */
function namesInTimm(): ReadonlyMap<string, string> {
  const names = new Map([
    ['features.0.0', 'conv_stem'],
    ['features.0.1', 'bn1'],
    ['features.18.0', 'conv_head'],
    ['features.18.1', 'bn2'],
  ])
  for (const { name, expansion, at } of rows()) {
    const block = `blocks.${at.join('.')}`
    names.set(name, block)
    const parts =
      expansion === 1
        ? { '0.0': 'conv_dw', '0.1': 'bn1', '1': 'conv_pw', '2': 'bn2' }
        : { '0.0': 'conv_pw', '0.1': 'bn1', '1.0': 'conv_dw', '1.1': 'bn2', '2': 'conv_pwl', '3': 'bn3' }
    for (const [part, theirs] of Object.entries(parts)) names.set(`${name}.conv.${part}`, `${block}.${theirs}`)
  }
  return names
}
