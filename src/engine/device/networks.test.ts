import { test } from 'node:test'
import { gradientName, withUpdate } from '../../autodiff/index.ts'
import { sgd, type Tensors } from '../../core/index.ts'
import { inMixedPrecision, withWeights } from '../../graph/index.ts'
import { needSwiftShader } from '../../testing/swiftshader.ts'
import { torchNetwork } from '../../testing/torch-gradients.ts'
import { onnxRuntime } from '../onnx-runtime.ts'

const skip = needSwiftShader()

for (const name of ['mobilenet-v3', 'vit-b-16'] as const) {
  const title = `WebGPU takes every node of torchvision's ${name} with its gradients and its update`
  for (const precision of ['float32', 'mixed'] as const)
    test(`${title} in ${precision}`, { skip }, async () => {
      const { training: inFull, parameters, state, weights } = torchNetwork(name)
      const training = precision === 'mixed' ? inMixedPrecision(inFull) : inFull
      const drawn = weights()
      const pick = (names: readonly string[]): Tensors => Object.fromEntries(names.map(each => [each, drawn[each]!]))
      const fixed = Object.keys(drawn).filter(each => !parameters.includes(each) && !(each in state))
      const gradients = Object.fromEntries(parameters.map(each => [each, gradientName(each)]))
      // Loading it is the test: a node that the device does not take is refused then.
      await using _ = await onnxRuntime({ device: 'webgpu' }).load(withWeights(training, pick(fixed)), {
        host: 'process',
        state,
        update: { optimizer: sgd(), gradients, nodes: withUpdate },
        initial: pick([...parameters, ...Object.keys(state)]),
      })
    })
}
