import { signedContract } from './contracts.ts'
import type { NetworkDefinition } from './definition.ts'
import type { Layers, Pads } from './layers.ts'

/** Filters and stride of each separable block (Howard et al. 2017, table 1). */
const table: readonly (readonly [filters: number, stride: number])[] = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
]

/** MobileNet as Keras has it. Layers are called as there (`conv_pw_13`). */
export const mobilenetV1: NetworkDefinition = {
  features: `conv_pw_${table.length}_relu`,
  stem: 'conv1',
  origins: [
    { name: 'Keras', layout: 'keras', names: layer => [layer], ways: { epsilon: 1e-3 }, contract: signedContract },
  ],
  write(layers, image) {
    const stem = layers.conv(image, 'conv1', { filters: 32, kernel: 3, stride: 2, pads: padsFor(2) })
    let value = normed(layers, stem, 'conv1')
    for (const [i, [filters, stride]] of table.entries()) {
      const depthwise = layers.conv(value, `conv_dw_${i + 1}`, {
        filters: layers.channelsOf(value),
        groups: layers.channelsOf(value),
        kernel: 3,
        stride,
        pads: padsFor(stride),
      })
      const pointwise = layers.conv(normed(layers, depthwise, `conv_dw_${i + 1}`), `conv_pw_${i + 1}`, {
        filters,
        kernel: 1,
      })
      value = normed(layers, pointwise, `conv_pw_${i + 1}`)
    }
  },
}

/** At stride 2 Keras puts its zeros at the bottom and at the right alone. */
function padsFor(stride: number): Pads {
  return stride === 2 ? [0, 0, 1, 1] : [1, 1, 1, 1]
}

function normed(layers: Layers, from: string, name: string): string {
  return layers.activation(layers.norm(from, `${name}_bn`), `${name}_relu`, 'relu6')
}
