import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../src/core/index.ts'
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

async function compared(size: TailSize): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'chestnut-bench-'))
  try {
    askKeras(await pythonPeer('tensorflow-2.21.0', packages), folder, size)
    const { parameters } = await trainTail(size)
    const apart: TailDistance[] = []
    for (const [number, tensor] of tailTensors(size.width).entries()) {
      const bytes = await readFile(join(folder, `${number}.f32`))
      const wanted = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
      const { largest, update } = tailDistance(tensor, parameters[tensor.name]!, wanted)
      apart.push({ largest, update })
      console.error(`${tensor.name}: ${largest.toExponential(1)} of the largest, update ${update.toExponential(1)}`)
    }
    const words = `${tailSteps} steps of Adam over ${size.width} channels, in batches of ${size.batch}, against Keras`
    return [
      figure(`${words}, largest |Δ| of a tensor's largest value`, valueGoal, apart, ({ largest }) => largest),
      figure(`${words}, a tensor's update, norm of Δ of its norm`, updateGoal, apart, ({ update }) => update),
    ]
  } finally {
    await rm(folder, { recursive: true })
  }
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

/** Writes one file of float32 a tensor. */
function askKeras(python: string, folder: string, { width, batch }: TailSize): void {
  const script = join(packageRoot(), 'src', 'train', 'fixtures', 'keras-tail.py')
  const { status, error } = spawnSync(python, [script, '--live', folder, String(width), String(batch)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (error) throw error
  if (status !== 0) throw new Error(`Cannot ask Keras for its weights: it ended with ${status}`)
}
