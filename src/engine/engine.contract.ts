import assert from 'node:assert/strict'
import { test as testing } from 'node:test'
import { adam, float32, floats, Interrupted, int64, numbers, Problem, sgd, type Tensors } from '../core/index.ts'
import { build, type Graph, renameValues, withOutputs } from '../graph/index.ts'
import { allClose } from '../testing/all-close.ts'
import type { Engine, LoadOptions, Program, Update, UpdateNodes } from './engine.ts'

/** y = x·w + 1 and its argument of the largest column, for any number of rows. */
function linearGraph(): Graph {
  const b = build('linear')
  const x = b.input({ name: 'x', dtype: 'float32', shape: ['N', 2] })
  const w = b.weight('w', float32([2, 3], [1, 2, 3, 4, 5, 6]))
  const y = b.node('Add', [b.node('MatMul', [x, w]), b.constant(float32([], [1]))], {}, { name: 'y' })
  const best = b.node('ArgMax', [y], { axis: { type: 'int', value: 1 }, keepdims: { type: 'int', value: 0 } })
  b.output(y)
  b.output(best)
  return b.finish()
}

/** `loss` = Σ p·x with the parameter p; its gradient is x. A state counts the runs. */
function learningGraph(): Graph {
  const b = build('learning')
  const x = b.input({ name: 'x', dtype: 'float32', shape: [2] })
  const p = b.input({ name: 'p', dtype: 'float32', shape: [2] })
  const runs = b.input({ name: 'runs', dtype: 'float32', shape: [1] })
  const loss = b.node('ReduceSum', [b.node('Mul', [p, x])], { keepdims: { type: 'int', value: 0 } })
  const gradient = b.node('Identity', [x])
  const next = b.node('Add', [runs, b.constant(float32([1], [1]))])
  for (const name of [loss, gradient, next]) b.output(name)
  return b.finish()
}

/** y = x·mask, beside a parameter that learns nothing. */
function maskedGraph(): Graph {
  const b = build('masked')
  const x = b.input({ name: 'x', dtype: 'float32', shape: ['N', 64] })
  const mask = b.input({ name: 'mask', dtype: 'float32', shape: ['N', 64] })
  const p = b.input({ name: 'p', dtype: 'float32', shape: [1] })
  b.output(b.node('Mul', [x, mask], {}, { name: 'y' }))
  b.output(b.node('Sub', [p, p], {}, { name: 'slope' }))
  return b.finish()
}

export interface ContractOptions extends Pick<LoadOptions, 'host'> {
  /** For engines that update on a device. */
  readonly nodes?: UpdateNodes
  /** Why the engine cannot be tested here; false when it can. */
  readonly skip?: string | false
}

/** What every engine promises. Each is tested with this suite. */
export function engineContract(name: string, engine: Engine, options: ContractOptions = {}): void {
  const { nodes, skip = false } = options
  const place: Pick<LoadOptions, 'host'> = options.host === undefined ? {} : { host: options.host }
  const test = (title: string, work: () => Promise<void>): void => void testing(title, { skip }, work)
  const updating = (update: Update): Update => (nodes === undefined ? update : { ...update, nodes })
  const learning = learningGraph()
  const [loss, gradient, runs] = learning.outputs.map(output => output.name) as [string, string, string]
  const learningOptions: LoadOptions = {
    ...place,
    state: { runs },
    update: updating({ optimizer: sgd({ momentum: 0.5 }), gradients: { p: gradient } }),
    initial: { p: float32([2], [10, 20]), runs: float32([1], [0]) },
  }
  const x: Tensors = { x: float32([2], [1, 2]) }

  test(`${name} answers with every output, for any size of a symbolic dimension`, async () => {
    const graph = linearGraph()
    const [y, best] = graph.outputs.map(output => output.name) as [string, string]
    await using program = await engine.load(graph, place)
    const one = await program.run({ x: float32([1, 2], [1, 1]) })
    assert.deepEqual(one[y], float32([1, 3], [6, 8, 10]))
    const two = await program.run({ x: float32([2, 2], [1, 0, -1, 0]) })
    assert.deepEqual(two[y], float32([2, 3], [2, 3, 4, 0, -1, -2]))
    assert.deepEqual(two[best], int64([2], [2, 0]))
  })

  test(`${name} answers with the outputs that are asked for`, async () => {
    const graph = linearGraph()
    const best = graph.outputs[1]!.name
    await using program = await engine.load(graph, place)
    const answer = await program.run({ x: float32([1, 2], [1, 1]) }, { outputs: [best] })
    assert.deepEqual(Object.keys(answer), [best])
  })

  test(`${name} leaves inputs and initial values to their owner`, async () => {
    const initial = { p: float32([2], [10, 20]), runs: float32([1], [0]) }
    await using program = await engine.load(learning, { ...learningOptions, initial })
    const input = float32([2], [1, 2])
    await program.run({ x: input }, { rate: 0.1 })
    assert.deepEqual(input, float32([2], [1, 2]))
    assert.deepEqual(initial.p, float32([2], [10, 20]))
    const handed = await program.run({ x: input }, { handOver: true })
    assert.deepEqual(Object.keys(handed), [loss])
  })

  test(`${name} takes a part of a larger buffer as an input`, async () => {
    await using program = await engine.load(learning, learningOptions)
    const whole = Float32Array.of(9, 1, 2, 9)
    const part = { x: float32([2], whole.subarray(1, 3)) }
    assert.deepEqual(await program.run(part, { handOver: true }), { [loss]: float32([], [50]) })
    assert.deepEqual([...whole], [9, 1, 2, 9])
  })

  test(`${name} carries state from run to run and answers without it`, async () => {
    await using program = await engine.load(learning, learningOptions)
    for (let i = 0; i < 5; i++) assert.deepEqual(Object.keys(await program.run(x)), [loss])
    assert.deepEqual(await program.read(['runs']), { runs: float32([1], [5]) })
    const asked = await program.run(x, { outputs: [runs] })
    assert.deepEqual(asked, { [runs]: float32([1], [6]) })
    await program.run(x)
    assert.deepEqual(await program.read(['runs']), { runs: float32([1], [7]) })
  })

  test(`${name} updates parameters after a run with a rate, and only then`, async () => {
    await using program = await engine.load(learning, learningOptions)
    const before = await program.run(x, { rate: 0.5 })
    assert.deepEqual(before[loss], float32([], [50]))
    assert.deepEqual(await program.read(['p']), { p: float32([2], [9.5, 19]) })
    const after = await program.run(x)
    assert.deepEqual(after[loss], float32([], [47.5]))
    assert.deepEqual(await program.read(['p', 'p/momentum', 'step']), {
      p: float32([2], [9.5, 19]),
      'p/momentum': float32([2], [1, 2]),
      step: { dtype: 'float64', shape: [], data: Float64Array.of(1) },
    })
  })

  test(`${name} clips the gradients of a step together, and tells their norm`, async () => {
    const update = updating({ optimizer: sgd(), gradients: { p: gradient }, clip: { norm: 2.5 }, norm: 'norm' })
    await using program = await engine.load(learning, { ...learningOptions, update })
    const steep = { x: float32([2], [3, 4]) }
    assert.deepEqual((await program.run(steep, { rate: 1 }))['norm'], float32([], [5]))
    // 5 + 1e-6 is what the bound is divided by.
    const scale = 2.5 / (5 + 1e-6)
    // A device scales in float32.
    const { p } = await program.read(['p'])
    allClose(p!, float32([2], [10 - 3 * scale, 20 - 4 * scale]), { relative: 2e-7 })
    const flat = { x: float32([2], [0.25, 0]) }
    const answer = await program.run(flat, { rate: 1, outputs: [gradient] })
    assert.deepEqual(answer, { [gradient]: float32([2], [0.25, 0]), norm: float32([], [0.25]) })
    assert.deepEqual(Object.keys(await program.run(flat)), [loss])
  })

  test(`${name} skips the update of a run that says so, and tells it`, async () => {
    const b = build('learning', learning)
    const total = b.node('ReduceSum', ['x'], { keepdims: { type: 'int', value: 0 } })
    const when = b.node('Relu', [total], {}, { name: 'counts' })
    b.output(when)
    const rule = { optimizer: sgd({ momentum: 0.5 }), gradients: { p: gradient }, norm: 'norm', when }
    await using program = await engine.load(b.finish(), { ...learningOptions, update: updating(rule) })
    const skipping = { x: float32([2], [-3, -4]) }
    assert.deepEqual(Object.keys(await program.run(x)), [loss], 'runs that do not learn say nothing of it')
    await program.run(x, { rate: 1 })
    const before = await program.read()
    const answer = await program.run(skipping, { rate: 1 })
    assert.deepEqual([answer['counts'], answer['norm']], [float32([], [0]), float32([], [5])])
    assert.deepEqual(await program.read(), { ...before, runs: float32([1], [3]) })
    assert.deepEqual((await program.run(x, { rate: 1, outputs: [] }))['counts'], float32([], [3]))
    assert.deepEqual(await program.read(['p', 'step']), {
      p: float32([2], [10 - 1 - 1.5, 20 - 2 - 3]),
      step: { dtype: 'float64', shape: [], data: Float64Array.of(2) },
    })
  })

  test(`${name} changes nothing in a run whose guard is no finite number`, async () => {
    const rule = { optimizer: adam(), gradients: { p: gradient }, norm: 'norm', guard: loss }
    await using program = await engine.load(learning, { ...learningOptions, update: updating(rule) })
    await program.run(x, { rate: 1 })
    const before = await program.read()
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const answer = await program.run({ x: float32([2], [value, 1]) }, { rate: 1, outputs: [] })
      // As numbers: a graphics processor writes other bits for NaN.
      for (const told of [loss, 'norm']) assert.deepEqual([...floats(answer[told]!)], [value])
      assert.deepEqual(await program.read(), before)
    }
    await program.run(x, { rate: 1 })
    assert.deepEqual((await program.read(['runs']))['runs'], float32([1], [2]))
  })

  test(`${name} leaves parameters alone where the norm to clip by is no finite number`, async () => {
    const rule = { optimizer: sgd({ momentum: 0.5 }), gradients: { p: gradient }, norm: 'norm', clip: { norm: 1 } }
    await using program = await engine.load(learning, { ...learningOptions, update: updating(rule) })
    await program.run(x, { rate: 1 })
    const before = await program.read()
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      await program.run({ x: float32([2], [value, 1]) }, { rate: 1 })
      assert.deepEqual({ ...(await program.read()), runs: before['runs'] }, before)
    }
  })

  test(`${name} refuses to let what is no output, or no single number, skip updates or guard the state`, async () => {
    const refuses = (when: string): Promise<void> =>
      assert.rejects(
        engine.load(learning, { ...learningOptions, update: updating({ ...learningOptions.update!, when }) }),
        /which decides whether an update counts, is not one of its outputs that are float32 scalars/,
      )
    await refuses('q')
    await refuses(gradient)
    await assert.rejects(
      engine.load(learning, { ...learningOptions, update: updating({ ...learningOptions.update!, guard: gradient }) }),
      /which guards the state, is not one of its outputs that are float32 scalars/,
    )
  })

  test(`${name} tells what runs that learn took, and what others did`, async () => {
    await using program = await engine.load(learning, learningOptions)
    await program.run(x)
    const before = await program.profile()
    assert.deepEqual([before.answering > 0, before.learning], [true, 0])
    await program.run(x, { rate: 1 })
    assert.ok((await program.profile()).learning > 0)
  })

  test(`${name} refuses a bound of 0 and a norm whose name is taken`, async () => {
    const load = (changes: Partial<NonNullable<LoadOptions['update']>>): Promise<Program> =>
      engine.load(learning, { ...learningOptions, update: { ...learningOptions.update!, ...changes } })
    await assert.rejects(load({ clip: { norm: 0 } }), /gradients are clipped to 0, wanted more than 0/)
    for (const norm of [loss, learning.nodes[0]!.outputs[0]!]) {
      await assert.rejects(load({ norm }), /the gradients' norm and a value are both named/)
    }
  })

  test(`${name} computes another graph where nothing is learnt, and leaves the state as it is then`, async () => {
    const doubled = build('judged', { ...withOutputs(learning, [loss]), outputs: [] })
    doubled.output(doubled.node('Add', [loss, loss], {}, { name: 'twice' }))
    const judged = renameValues(doubled.finish(), { [loss]: 'once', twice: loss })
    await using program = await engine.load(learning, { ...learningOptions, forward: judged })
    assert.deepEqual(numbers((await program.run(x, { outputs: [loss] }))[loss]!), [100])
    assert.deepEqual(await program.read(['runs']), { runs: float32([1], [0]) })
    assert.deepEqual(numbers((await program.run(x, { outputs: [loss], rate: 0 }))[loss]!), [50])
    assert.deepEqual(await program.read(['runs']), { runs: float32([1], [1]) })
  })

  test(`${name} draws dropout masks by the count of updates, and drops nothing in runs that do not learn`, async () => {
    const options: LoadOptions = {
      ...place,
      update: updating({ optimizer: sgd(), gradients: { p: 'slope' } }),
      initial: { p: float32([1], [1]) },
      masks: { seed: 4, rates: { mask: 0.5 } },
    }
    const ones = { x: float32([2, 64], new Float32Array(128).fill(1)) }
    const masks = async (program: Program): Promise<readonly Float32Array[]> => {
      const answers = [
        await program.run(ones, { rate: 1 }),
        await program.run(ones, { rate: 1 }),
        await program.run(ones),
      ]
      return answers.map(answer => floats(answer['y']!))
    }
    await using program = await engine.load(maskedGraph(), options)
    const [first, second, open] = await masks(program)
    assert.deepEqual([...new Set(first)].sort(), [0, 2])
    assert.notDeepEqual(second, first)
    assert.deepEqual(new Set(open), new Set([1]))
    await using again = await engine.load(maskedGraph(), options)
    assert.deepEqual(await masks(again), [first, second, open])
    await again.write({ step: { dtype: 'float64', shape: [], data: Float64Array.of(1) } })
    assert.deepEqual(floats((await again.run(ones, { rate: 1 }))['y']!), second)
  })

  test(`${name} refuses masks that it cannot draw`, async () => {
    const load = (rates: Record<string, number>): Promise<Program> =>
      engine.load(maskedGraph(), { ...place, masks: { seed: 1, rates } })
    await assert.rejects(load({ q: 0.5 }), /mask "q" is not one of its float32 inputs/)
    await assert.rejects(load({ mask: 1 }), /mask "mask" drops 1, wanted 0 ≤ share < 1/)
    await using program = await load({ x: 0.1, mask: 0.1 })
    await assert.rejects(program.run({ p: float32([1], [1]) }), /the size "N" of mask "x" \[N, 64\] does not follow/)
    const given = { p: float32([1], [1]), mask: float32([1, 64], new Float32Array(64)) }
    await assert.rejects(program.run(given), /input "mask" is drawn by the engine/)
  })

  test(`${name} answers with gradients when they are asked for`, async () => {
    await using program = await engine.load(learning, learningOptions)
    assert.deepEqual(await program.run(x, { outputs: [gradient] }), { [gradient]: float32([2], [1, 2]) })
    assert.deepEqual(await program.run(x, { outputs: [gradient], rate: 1 }), { [gradient]: float32([2], [1, 2]) })
    assert.deepEqual(await program.read(['p']), { p: float32([2], [9, 18]) })
  })

  test(`${name} goes on exactly where another program stopped, from all that it read`, async () => {
    const options: LoadOptions = {
      ...learningOptions,
      update: updating({ optimizer: adam({ amsgrad: true }), gradients: { p: gradient } }),
    }
    await using first = await engine.load(learning, options)
    await first.run(x, { rate: 0.1 })
    const kept = await first.read()
    assert.deepEqual(Object.keys(kept).sort(), ['p', 'p/m', 'p/v', 'p/vmax', 'runs', 'step'])
    await using second = await engine.load(learning, options)
    await second.write(kept)
    const input = { x: float32([2], [-3, 0.25]) }
    await Promise.all([first.run(input, { rate: 0.1 }), second.run(input, { rate: 0.1 })])
    assert.deepEqual(await second.read(), await first.read())
  })

  test(`${name} serves calls in the order in which they came`, async () => {
    await using program = await engine.load(learning, learningOptions)
    const losses = await Promise.all([0, 1, 2, 3].map(() => program.run(x, { rate: 1 })))
    const values = losses.map(answer => floats(answer[loss]!)[0])
    assert.deepEqual(values, [50, 45, 37.5, 28.75])
    assert.deepEqual(numbers((await program.read(['step']))['step']!), [4])
  })

  test(`${name} refuses inputs that do not fit, with a sentence that names the graph and the input`, async () => {
    await using program = await engine.load(linearGraph(), place)
    const refuses = (inputs: Tensors, sentence: RegExp): Promise<void> =>
      assert.rejects(program.run(inputs), (error: Error) => error instanceof Problem && sentence.test(error.message))
    await refuses({}, /Cannot run graph "linear": input "x" is missing/)
    await refuses({ x: float32([1, 3], [1, 2, 3]) }, /input "x" is float32 \[1, 3\], the graph wants float32 \[N, 2\]/)
    await refuses({ x: int64([1, 2], [1, 2]) }, /input "x" is int64 \[1, 2\], the graph wants float32/)
    await refuses({ x: float32([1, 2], [1, 2]), z: float32([], [1]) }, /input "z" is not one of its inputs/)
    await assert.rejects(program.run({ x: float32([1, 2], [1, 2]) }, { outputs: ['q'] }), /it has no output "q"/)
    assert.ok(await program.run({ x: float32([1, 2], [1, 2]) }), 'and goes on')
  })

  test(`${name} refuses options that name what the graph does not have`, async () => {
    await assert.rejects(engine.load(learning, { ...place, state: { q: loss } }), /resident input "q" is not one/)
    await assert.rejects(engine.load(learning, { ...place, state: { p: 'q' } }), /"q", for input "p", is not one/)
  })

  test(`${name} refuses to run before resident inputs have values, and runs once they are written`, async () => {
    const { initial: _, ...options } = learningOptions
    await using program = await engine.load(learning, options)
    await assert.rejects(program.run(x), /resident input "(p|runs)": it has no value yet/)
    await program.write({ p: float32([2], [1, 1]), runs: float32([1], [0]) })
    assert.deepEqual((await program.run(x))[loss], float32([], [3]))
  })

  test(`${name} refuses to read and write what is not resident or does not fit`, async () => {
    await using program = await engine.load(learning, learningOptions)
    await assert.rejects(program.read(['x']), /Cannot read "x": no resident value has this name/)
    await assert.rejects(program.write({ x: float32([2], [1, 2]) }), /Cannot write "x"/)
    await assert.rejects(
      program.write({ p: float32([3], [1, 2, 3]) }),
      /"p": it is float32 \[3\], float32 \[2\] is wanted/,
    )
    assert.deepEqual(await program.read(['p']), { p: float32([2], [10, 20]) })
  })

  test(`${name} stops for a signal: before loading, before a run, and while a run waits`, async () => {
    await assert.rejects(engine.load(learning, { ...learningOptions, signal: AbortSignal.abort() }), Interrupted)
    await using program = await engine.load(learning, learningOptions)
    await assert.rejects(program.run(x, { signal: AbortSignal.abort() }), Interrupted)
    const controller = new AbortController()
    const first = program.run(x)
    const waiting = program.run(x, { rate: 1, signal: controller.signal })
    const last = program.run(x)
    controller.abort()
    await assert.rejects(waiting, Interrupted)
    assert.deepEqual(Object.keys(await first), [loss])
    assert.deepEqual((await last)[loss], float32([], [50]))
  })

  test(`${name} refuses runs after it was disposed, and is disposed twice without harm`, async () => {
    const program = await engine.load(learning, learningOptions)
    const begun = program.run(x)
    await program[Symbol.asyncDispose]()
    await begun
    await assert.rejects(program.run(x), /Cannot run graph "learning": its program was disposed/)
    await program[Symbol.asyncDispose]()
  })
}
