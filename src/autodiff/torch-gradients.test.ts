import assert from 'node:assert/strict'
import { test } from 'node:test'
import { floats } from '../core/index.ts'
import type { Program } from '../engine/index.ts'
import {
  loadTorchNetwork,
  type StoredGradient,
  type TorchNetwork,
  torchNetwork,
  torchNetworks,
} from '../testing/torch-gradients.ts'
import { gradientName } from './differentiate.ts'

/** Of the tensor's largest gradient. */
const tolerance = 1e-4

for (const name of torchNetworks) {
  test(`${name}: the gradients of all weights are PyTorch's, and five steps follow its loss`, async t => {
    const network = torchNetwork(name)
    await using program = await loadTorchNetwork(network)
    const worst = await compareGradients(program, network)
    const losses = await descend(program, network)
    t.diagnostic(`${network.parameters.length} tensors, worst ${worst.toExponential(1)}, losses ${losses.join(' ')}`)
  })
}

/** @returns the largest distance, of its tensor's largest gradient */
async function compareGradients(program: Program, network: TorchNetwork): Promise<number> {
  const { facts, gradients, inputs, state } = network
  const before = await program.read(Object.keys(state))
  const outputs = ['loss', ...Object.values(state), ...gradients.map(({ name }) => gradientName(name))]
  const found = await program.run(inputs, { outputs })
  near(floats(found['loss']!)[0]!, facts.loss, 1e-5, 'loss')
  for (const { name, values } of facts.running) {
    const running = floats(found[state[name]!]!)
    const largest = Math.max(...values.map(Math.abs))
    for (const [i, value] of values.entries()) {
      assert.ok(Math.abs(running[i]! - value) <= 1e-5 * largest, `${name}[${i}]: ${running[i]}, ${value} was wanted`)
    }
  }
  await program.write(before)
  return Math.max(...gradients.map(stored => compare(floats(found[gradientName(stored.name)]!), stored)))
}

function compare(found: Float32Array, { name, largest, norm, places, values }: StoredGradient): number {
  let sum = 0
  let most = 0
  for (const value of found) {
    sum += value * value
    most = Math.max(most, Math.abs(value))
  }
  near(Math.sqrt(sum), norm, tolerance, `norm of ${name}`)
  near(most, largest, tolerance, `largest gradient of ${name}`)
  let worst = 0
  for (const [i, place] of places.entries()) {
    const distance = Math.abs(found[place]! - values[i]!)
    worst = Math.max(worst, distance / largest)
    assert.ok(
      distance <= tolerance * largest,
      `gradient of ${name} at ${place}: ${found[place]}, ${values[i]} was wanted, the largest is ${largest}`,
    )
  }
  return worst
}

function near(found: number, wanted: number, relative: number, what: string): void {
  assert.ok(
    Math.abs(found - wanted) <= relative * Math.max(Math.abs(wanted), 1e-3),
    `${what}: ${found}, ${wanted} was wanted`,
  )
}

/** Five steps of plain SGD. */
async function descend(program: Program, { facts, inputs }: TorchNetwork): Promise<readonly string[]> {
  const losses: number[] = []
  for (let step = 0; step < 6; step++) {
    const { loss } = await program.run(inputs, { outputs: ['loss'], ...(step < 5 ? { rate: facts.rate } : {}) })
    losses.push(floats(loss!)[0]!)
  }
  for (const [step, loss] of losses.entries()) near(loss, facts.losses[step]!, 1e-3, `loss after ${step} steps`)
  assert.ok(losses[5]! < losses[0]!, `the loss did not fall: ${losses.join(' ')}`)
  return losses.map(loss => loss.toFixed(4))
}
