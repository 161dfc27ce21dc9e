import { random } from '../../src/core/index.ts'
import { build, encode, ints } from '../../src/graph/index.ts'
import { heNormal, zeros } from '../../src/models/initial-weights.ts'

/** Filters of each block's convolutions that stay frozen in the guide: all of VGG16 up to block5_conv2. */
const blocks = [
  [64, 64],
  [128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [512, 512],
]

/** VGG16's frozen part (Simonyan and Zisserman 2015, configuration D) with weights drawn after He, as an ONNX file. */
export function vgg16Frozen(): Uint8Array {
  const draw = random(1, 'vgg16')
  const builder = build('vgg16')
  let value = builder.input({ name: 'image', dtype: 'float32', shape: ['N', 3, 224, 224] })
  let channels = 3
  for (const [i, widths] of blocks.entries()) {
    for (const [j, width] of widths.entries()) {
      const name = `block${i + 1}_conv${j + 1}`
      const weight = builder.weight(`${name}/weight`, heNormal([width, channels, 3, 3], channels * 9, draw))
      const bias = builder.weight(`${name}/bias`, zeros([width]))
      value = builder.node('Conv', [value, weight, bias], { kernel_shape: ints([3, 3]), pads: ints([1, 1, 1, 1]) })
      value = builder.node('Relu', [value], {}, { name })
      channels = width
    }
    if (i === blocks.length - 1) break
    value = builder.node('MaxPool', [value], { kernel_shape: ints([2, 2]), strides: ints([2, 2]) })
  }
  builder.output(value)
  return encode(builder.finish())
}
