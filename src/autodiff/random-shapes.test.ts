import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Dtype, numbers, random, type Tensor, type Tensors, tensor } from '../core/index.ts'
import { interpret } from '../engine/index.ts'
import type { Graph } from '../graph/index.ts'
import { differentiate, gradientName } from './differentiate.ts'
import { type GradientCase, prepare } from './gradient-cases.test.fixture.ts'
import { differentiableOps } from './gradient-rules.ts'
import { randomCase } from './random-cases.test.fixture.ts'

const cases = 1000

for (const op of differentiableOps) {
  test(`${op} has the slope of central differences for ${cases} random shapes and settings`, () => {
    for (let seed = 0; seed < cases; seed++) {
      const given = randomCase(op, seed)
      try {
        checkDirection(given)
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        assert.fail(`${op} ${given.title}: ${message}\n${JSON.stringify(described(given))}`)
      }
    }
  })
}

function described({ inputs, attributes, opset, sizes }: GradientCase): unknown {
  const short = inputs.map(input =>
    input !== '' && 'data' in input ? { shape: input.shape, data: numbers(input) } : input,
  )
  return { inputs: short, attributes, opset, sizes }
}

/**
 * The slope along one random direction through all inputs at once, (L(x+hd) − L(x−hd)) / 2h, against Σ gradient · d. Loss and
 * direction have random weights, so a number in the wrong place or a sum over the wrong axis shows.
 */
function checkDirection(given: GradientCase, dtype: Dtype = 'float64'): void {
  const { graph, inputs, of } = prepare(given, dtype, interpret)
  const training = differentiate(graph, { loss: 'loss', of })
  const found = interpret(training, inputs, { outputs: of.map(gradientName) })
  const direction = directionOf(inputs, of, given.seed ?? 0)
  let slope = 0
  let scale = 0
  for (const name of of) {
    const gradient = found[gradientName(name)]!
    assert.deepEqual(gradient.shape, inputs[name]!.shape, `shape of the gradient of ${name}`)
    const along = numbers(gradient).map((value, at) => value * direction[name]![at]!)
    slope += along.reduce((sum, part) => sum + part, 0)
    scale += along.reduce((sum, part) => sum + Math.abs(part), 0)
  }
  const step = 1e-5
  const difference = (lossAt(graph, inputs, direction, step) - lossAt(graph, inputs, direction, -step)) / (2 * step)
  assert.ok(
    Math.abs(slope - difference) <= 1e-6 * scale + 1e-9,
    `the gradients give the slope ${slope}, central differences ${difference}`,
  )
}

type Direction = Readonly<Record<string, Float64Array>>

function directionOf(inputs: Tensors, of: readonly string[], seed: number): Direction {
  return Object.fromEntries(
    of.map((name, place) => {
      const draw = random(seed, 'direction', place)
      return [name, Float64Array.from({ length: inputs[name]!.data.length }, () => draw.normal())]
    }),
  )
}

function lossAt(graph: Graph, inputs: Tensors, direction: Direction, step: number): number {
  const moved = Object.entries(direction).map(([name, by]) => [name, shifted(inputs[name]!, by, step)] as const)
  const { loss } = interpret(graph, { ...inputs, ...Object.fromEntries(moved) }, { outputs: ['loss'] })
  return Number(loss!.data[0])
}

function shifted({ shape, data }: Tensor, by: Float64Array, step: number): Tensor {
  return tensor(
    'float64',
    shape,
    Float64Array.from(data as ArrayLike<number>, (value, at) => value + step * by[at]!),
  )
}
