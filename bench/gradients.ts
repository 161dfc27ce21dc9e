import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gradientName } from '../src/autodiff/index.ts'
import { floats, packageRoot } from '../src/core/index.ts'
import { loadTorchNetwork, torchNetwork, torchNetworks } from '../src/testing/torch-gradients.ts'
import type { Benchmark, Figure } from './benchmark.ts'
import { pythonPeer } from './python-peer.ts'

/** Largest |Δ| of any tensor, of that tensor's largest gradient. */
const goal = 1e-4

const packages = ['torch==2.15.0', 'torchvision==0.29.2', 'onnx==1.23.2', 'onnxscript==0.7.2', 'numpy==2.4.6']

export const bench: Benchmark = {
  name: 'gradients',
  title: "all gradients of six torchvision networks, every entry, beside PyTorch's autograd",
  async run({ quick }) {
    const python = await pythonPeer('torch-2.15.0', packages)
    const figures: Figure[] = []
    for (const name of quick ? (['mobilenet-v3'] as const) : torchNetworks) figures.push(await compare(python, name))
    return figures
  },
}

async function compare(python: string, name: (typeof torchNetworks)[number]): Promise<Figure> {
  const folder = await mkdtemp(join(tmpdir(), 'chestnut-bench-'))
  try {
    askTorch(python, folder, name)
    const network = torchNetwork(name)
    await using program = await loadTorchNetwork(network)
    const outputs = network.parameters.map(gradientName)
    const found = await program.run(network.inputs, { outputs })
    let worst = 0
    for (const [number, output] of outputs.entries()) {
      const file = await readFile(join(folder, `${number}.f32`))
      const wanted = new Float32Array(file.buffer, file.byteOffset, file.byteLength / 4)
      worst = Math.max(worst, distance(floats(found[output]!), wanted))
    }
    const title = `${name}, ${network.parameters.length} tensors, largest |Δ| of the tensor's largest gradient`
    return { case: title, value: Number(worst.toPrecision(3)), unit: '', goal, met: worst <= goal, runs: 1 }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Writes one file of float32 a tensor. */
function askTorch(python: string, folder: string, name: string): void {
  const script = join(packageRoot(), 'src', 'autodiff', 'fixtures', 'torch-gradients.py')
  const { status, error } = spawnSync(python, [script, '--live', folder, name], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (error) throw error
  if (status !== 0) throw new Error(`Cannot ask PyTorch for the gradients of ${name}: it ended with ${status}`)
}

function distance(found: Float32Array, wanted: Float32Array): number {
  if (found.length !== wanted.length)
    throw new Error(`${found.length} numbers were found, PyTorch has ${wanted.length}`)
  let largest = 0
  let most = 0
  for (let at = 0; at < wanted.length; at++) {
    largest = Math.max(largest, Math.abs(wanted[at]!))
    most = Math.max(most, Math.abs(found[at]! - wanted[at]!))
  }
  return most / largest
}
