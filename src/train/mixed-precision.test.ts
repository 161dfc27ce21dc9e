import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LossScaling, scaleInput } from '../autodiff/index.ts'
import { adam, binaryCrossEntropy, float32, floats, numbers, Problem, sgd } from '../core/index.ts'
import { type Engine, onnxRuntime, type Program, referenceEngine } from '../engine/index.ts'
import { type Network, network, trainingGraph } from '../models/index.ts'
import { needSoftwareAdapter } from '../testing/swiftshader.ts'
import { objectiveOf } from './objective.ts'
import type { Examples, Plan, TrainEvent, Trained } from './plan.ts'
import { sidedExamples } from './sided-films.test.fixture.ts'
import { toEnd } from './to-end.ts'
import { train } from './train.ts'

const size = 8
const engines: readonly Engine[] = [onnxRuntime(), referenceEngine()]

/** @param white what pixels are multiplied by */
function films(count: number, seed: number, white = 1): Examples {
  return sidedExamples({ count, seed, size, noise: white, lift: 0.4 * white })
}

/** Convolutions, poolings, dense layers with dropout. */
function smallVgg(): Network {
  return network({
    backbone: { kind: 'vgg-small', size, widths: [4, 8] },
    head: { kind: 'dense', units: [8], dropout: [0.2, 0.1] },
    classes: ['Pneumonia'],
    seed: 3,
  })
}

interface Told {
  readonly trained: Trained
  readonly steps: readonly Extract<TrainEvent, { readonly kind: 'step' }>[]
}

/** 20 steps, five an epoch. */
async function tell(engine: Engine, changes: Partial<Plan> = {}, white = 1): Promise<Told> {
  const plan: Plan = {
    network: smallVgg(),
    optimizer: adam(),
    rate: { kind: 'constant', rate: 0.003 },
    epochs: 4,
    batch: 8,
    seed: 1,
    patience: 5,
    ...changes,
  }
  const steps: Told['steps'][number][] = []
  const data = { training: films(37, 1, white), validation: films(11, 2, white) }
  const trained = await toEnd(train(plan, data, { engine, threads: 1 }), event => {
    if (event.kind === 'step') steps.push(event)
  })
  return { trained, steps }
}

/** How the loss was scaled while nothing overflowed, and where something must. */
const calm: LossScaling = { kind: 'dynamic', start: 2 ** 10 }
const wild: LossScaling = { kind: 'dynamic', start: 2 ** 22 }

for (const engine of engines) {
  test(`train() in mixed precision has the losses of float32 to 2 % over 20 steps (${engine.name})`, async () => {
    const full = await tell(engine)
    const mixed = await tell(engine, { precision: 'mixed', lossScaling: calm })
    const losses = [full, mixed].map(({ steps }) => steps.map(({ loss }) => loss))
    assert.equal(losses[0]!.length, 20)
    assert.notDeepEqual(losses[1], losses[0], 'something was rounded')
    for (const [i, loss] of losses[0]!.entries()) {
      assert.ok(Math.abs(losses[1]![i]! / loss - 1) <= 0.02, `step ${i + 1}: ${losses[1]![i]}, ${loss} in float32`)
    }
    for (const { skippedSteps, lossScale } of mixed.trained.history)
      assert.deepEqual([skippedSteps, lossScale], [0, 2 ** 10])
    assert.ok(full.trained.history.every(record => !('skippedSteps' in record) && !('lossScale' in record)))
  })

  test(`train() skips steps whose gradients overflow, halves the scale, and goes on (${engine.name})`, async () => {
    const { trained, steps } = await tell(engine, { precision: 'mixed', lossScaling: wild })
    const skipped = steps.filter(step => step.skipped === true).length
    assert.ok(skipped > 0 && skipped < 10, `${skipped} steps were skipped`)
    assert.equal(steps.at(-1)!.skipped, undefined)
    const told = trained.history.map(record => record.skippedSteps!)
    assert.equal(
      told.reduce((sum, count) => sum + count, 0),
      skipped,
    )
    assert.equal(trained.history.at(-1)!.lossScale, 2 ** (22 - skipped))
    assert.ok(trained.history.every(record => Number.isFinite(record.gradientNorm)))
    assert.ok(trained.history.at(-1)!.trainLoss < trained.history[0]!.trainLoss)
  })

  test(`weights stay float32: steps that float16 cannot tell apart are learnt (${engine.name})`, async () => {
    const before = smallVgg()
    // Half of the distance between neighbours of float16 near 0.1 is 3e-5.
    const changes = { precision: 'mixed', optimizer: sgd(), rate: { kind: 'constant', rate: 1e-7 } } as const
    const { trained } = await tell(engine, { ...changes, lossScaling: calm, epochs: 1 })
    for (const name of before.parameters) {
      const [old, now] = [before, trained.network].map(({ graph }) => floats(graph.weights[name]!))
      const most = Math.max(...now!.map((value, i) => Math.abs(value - old![i]!)))
      assert.ok(most > 0 && most < 3e-5, `${name} moved by ${most}`)
    }
  })

  test(`a mixed training goes on exactly from what was read of it, scale and count too (${engine.name})`, async () => {
    const made = network({
      backbone: { kind: 'vgg-small', size, widths: [4] },
      head: { kind: 'linear' },
      classes: ['Pneumonia'],
      seed: 3,
    })
    const objective = objectiveOf(trainingGraph(made).graph, made.parameters, {
      loss: binaryCrossEntropy(),
      precision: 'mixed',
      lossScaling: { kind: 'dynamic', start: 2 ** 22, patience: 3 },
    })
    const load = (): Promise<Program> =>
      engine.load(objective.graph, {
        state: objective.scaling,
        initial: objective.initial,
        forward: objective.forward!,
        update: { optimizer: adam(), gradients: objective.gradients, when: objective.when! },
      })
    const { labels, mask, images } = films(8, 1)
    const inputs = {
      image: await images([0, 1, 2, 3, 4, 5, 6, 7], { epoch: 1 }),
      labels: float32([8, 1], labels),
      mask: float32([8, 1], mask),
    }
    const counted = async (program: Program, runs: number): Promise<number> => {
      let count = 0
      for (let run = 0; run < runs; run++) {
        const answer = await program.run(inputs, { outputs: [], rate: 0.01 })
        count += floats(answer[objective.when!]!)[0]!
      }
      return count
    }
    await using first = await load()
    const good = await counted(first, 12)
    const kept = await first.read()
    assert.ok(good > 0 && good < 12, `${good} of 12 steps counted`)
    assert.deepEqual(numbers(kept['step']!), [good])
    assert.ok(numbers(kept[scaleInput]!)[0]! < 2 ** 22)
    await using second = await load()
    await second.write(kept)
    assert.equal(await counted(second, 8), await counted(first, 8))
    const last = await first.read()
    assert.deepEqual(await second.read(), last)
  })
}

test('a device without float16 refuses mixed precision, with what to write instead', {
  skip: needSoftwareAdapter(),
}, async () => {
  await assert.rejects(tell(onnxRuntime({ device: 'webgpu' }), { precision: 'mixed' }), (error: Error) => {
    assert.ok(error instanceof Problem)
    assert.match(error.message, /on webgpu: its numbers are 16 bits wide, and the adapter computes with 32 only/)
    assert.match(error.next ?? '', /^train: { precision: 'float32' }/)
    return true
  })
})

test('train() in mixed precision stops where float16 is too small for the films, and says what is', async () => {
  // A convolution of the reference overflows; ONNX Runtime rounds less on a processor, and its gradients do.
  const sentences: Readonly<Record<string, RegExp>> = {
    reference: /the loss is NaN in epoch 1, step 1,/,
    'onnxruntime-cpu': /gradients overflow float16 in epoch 1, step 3, .* is down to 0.5, at least 1 is wanted/,
  }
  for (const engine of engines) {
    const lossScaling: LossScaling = { kind: 'dynamic', start: 4 }
    await assert.rejects(tell(engine, { precision: 'mixed', lossScaling }, 20_000), (error: Error) => {
      assert.ok(error instanceof Problem)
      assert.match(error.message, sentences[engine.name]!)
      assert.match(error.next ?? '', /^set train: { precision: 'float32' }/)
      return true
    })
  }
})
