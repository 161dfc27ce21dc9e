import { readFile } from 'node:fs/promises'
import { Problem } from '../../core/index.ts'
import { decode } from '../../graph/index.ts'
import type { Network } from '../../models/index.ts'
import { memoryStore, readBytes } from '../../store/index.ts'
import {
  type Checkpoint,
  type Checkpoints,
  type Examples,
  type Features,
  openFeatures,
  storeCheckpoints,
} from '../../train/index.ts'
import { machineFacts } from '../machine-facts.ts'
import { runStage, type StageResult } from '../stage.ts'
import { planOf, trainNetwork } from '../train-network.ts'
import type { Workspace } from '../workspace.ts'
import { type FilmsGiven, featuresPath, type HeadGiven, networkPath } from './head-needs.ts'
import { headStage } from './learn-elsewhere.ts'

/** On a machine: trains a head from features of films. What comes out is a checkpoint at the training's end. */
export async function trainHead(workspace: Workspace, given: unknown, place: (path: string) => string): Promise<void> {
  const order = given as HeadGiven
  await runStage(workspace, { ...headStage(order.training), run: () => learnt(workspace, order, place) })
}

async function learnt(workspace: Workspace, order: HeadGiven, place: (path: string) => string): Promise<StageResult> {
  const { config, progress } = workspace
  const network: Network = { ...order.network, graph: decode(await readFile(place(networkPath))) }
  const filesOf = (part: 'learnt' | 'judged'): Features =>
    openFeatures(order[part].features, file => place(featuresPath(part, file)))
  await using training = filesOf('learnt')
  await using validation = filesOf('judged')
  const end: { checkpoint?: Checkpoint } = {}
  await trainNetwork(
    workspace,
    planOf(config, network, config.seed),
    {
      training: examplesOf(order.learnt),
      validation: examplesOf(order.judged),
      features: { training, validation },
    },
    { progress, checkpoints: theLastOf(end) },
  )
  if (end.checkpoint === undefined) throw new Error('The training has kept no end')
  const store = memoryStore()
  await storeCheckpoints({ store, of: order.training, machine: machineFacts().cpu }).save(end.checkpoint)
  const outputs: Record<string, Uint8Array> = {}
  for await (const { key } of store.list('')) outputs[key] = await readBytes(store, key)
  return { outputs, metrics: { epochs: end.checkpoint.history.length } }
}

/** The agent never starts a job anew, so that only its end is of use. */
function theLastOf(end: { checkpoint?: Checkpoint }): Checkpoints {
  return {
    mostLost: Number.POSITIVE_INFINITY,
    latest: async () => ({ checkpoint: undefined, warnings: [] }),
    save: async checkpoint => {
      end.checkpoint = checkpoint
    },
    clear: async () => undefined,
  }
}

function examplesOf({ labels, mask, rows, features: { films, variants } }: FilmsGiven): Examples {
  const images = async (): Promise<never> => {
    throw new Problem('Cannot look into films: none is on this machine, only features of them are')
  }
  const examples = { count: films, labels: Float32Array.from(labels), mask: Float32Array.from(mask), rows, images }
  return variants === 1 ? { ...examples, fixed: true } : { ...examples, fixed: false, pool: { variants, images } }
}
