import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { float32, packageRoot } from '../src/core/index.ts'
import {
  type TailDistance,
  type TailSize,
  tailDistance,
  tailSteps,
  tailTensors,
  trainTail,
} from '../src/testing/keras-tail.ts'
import type { Benchmark, Figure } from './benchmark.ts'
import { pythonPeer } from './python-peer.ts'

/** Largest |Δ| of any tensor, of that tensor's largest value. */
const valueGoal = 1e-4
/** The norm of Δ, of the norm of what training changed. */
const updateGoal = 1e-3

const packages = ['tensorflow-cpu==2.21.0', 'keras==3.15.1', 'h5py==3.16.0', 'onnxruntime==1.32.0']

export const bench: Benchmark = {
  name: 'parity',
  title: `every weight of the guide's trained part after ${tailSteps} steps of Adam, beside Keras`,
  async run({ quick }) {
    return compared(quick ? { width: 64, batch: 16 } : { width: 512, batch: 64 })
  },
}

/**
 * Beside our distance stands Keras' own, of one thread to all: sums in another order are rounded differently, a few of millions of
 * answers of a relu change sides, and Adam makes whole steps of gradients that are nearly 0.
 */
async function compared(size: TailSize): Promise<readonly Figure[]> {
  const keras = await kerasWeights(size)
  const again = await kerasWeights(size, 1)
  const { parameters } = await trainTail(size)
  const tensors = tailTensors(size.width)
  const ours = tensors.map((tensor, i) => tailDistance(tensor, parameters[tensor.name]!, keras[i]!))
  const theirs = tensors.map((tensor, i) => tailDistance(tensor, float32(tensor.shape, again[i]!), keras[i]!))
  for (const [i, { largest, update }] of ours.entries()) {
    const words = `${largest.toExponential(1)} of the largest, update ${update.toExponential(1)}`
    console.error(`${tensors[i]!.name}: ${words}; Keras on one thread ${theirs[i]!.largest.toExponential(1)}`)
  }
  const words = `${tailSteps} steps of Adam over ${size.width} channels, in batches of ${size.batch}`
  return [
    figure(
      `${words}, against Keras, largest |Δ| of a tensor's largest value`,
      valueGoal,
      ours,
      ({ largest }) => largest,
    ),
    figure(
      `${words}, against Keras, a tensor's update, norm of Δ of its norm`,
      updateGoal,
      ours,
      ({ update }) => update,
    ),
    figure(`${words}, Keras on one thread against Keras, largest |Δ|`, valueGoal, theirs, ({ largest }) => largest),
  ]
}

function figure(
  title: string,
  goal: number,
  apart: readonly TailDistance[],
  pick: (distance: TailDistance) => number,
): Figure {
  const worst = Math.max(...apart.map(pick))
  return { case: title, value: Number(worst.toPrecision(3)), unit: '', goal, met: worst <= goal, runs: 1 }
}

/** What Keras has after the steps, tensor by tensor. @param threads default: all */
async function kerasWeights({ width, batch }: TailSize, threads?: number): Promise<readonly Float32Array[]> {
  const folder = await mkdtemp(join(tmpdir(), 'chestnut-bench-'))
  try {
    const script = join(packageRoot(), 'src', 'train', 'fixtures', 'keras-tail.py')
    const python = await pythonPeer('tensorflow-2.21.0', packages)
    const { status, error } = spawnSync(python, [script, '--live', folder, String(width), String(batch)], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, ...(threads === undefined ? {} : { TF_NUM_INTRAOP_THREADS: String(threads) }) },
    })
    if (error) throw error
    if (status !== 0) throw new Error(`Cannot ask Keras for its weights: it ended with ${status}`)
    const files = tailTensors(width).map((_, number) => readFile(join(folder, `${number}.f32`)))
    return (await Promise.all(files)).map(bytes => new Float32Array(Uint8Array.from(bytes).buffer))
  } finally {
    await rm(folder, { recursive: true })
  }
}
