import { existsSync } from 'node:fs'
import { mkdir, readFile, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Clock, Problem, type Progress, sha256 } from '../../core/index.ts'
import type { FilmRow } from '../../dataset/index.ts'
import type { Engine } from '../../engine/index.ts'
import { blobKey, writeFileWhole } from '../../store/index.ts'
import type { Config } from '../config.ts'
import { evaluateStage } from '../stages/evaluate.ts'
import { type LabelledFilms, prepareStage } from '../stages/prepare.ts'
import { trainStage } from '../stages/train.ts'
import { openWorkspace, type Workspace } from '../workspace.ts'
import { modelPath } from './evaluate-needs.ts'
import { filmPath } from './film-needs.ts'
import { headName } from './learn-elsewhere.ts'
import { fetchedFrom } from './prepare-needs.ts'
import { orderPath, parseStageOrder, type StageOrder } from './stage-order.ts'
import { resultName, type StageOutput } from './stage-result.ts'
import { trainHead } from './train-head.ts'

export interface WorkTools {
  readonly engine: (config: Config) => Engine
  readonly clock: Clock
  readonly progress: Progress
  readonly signal: AbortSignal
}

/**
 * What a machine does: the stage of a bundle. Its outputs stay in a store of the folder, its record in `result.json`.
 *
 * @param bundle the folder of the unpacked bundle
 * @param folder the job's own; made
 * @throws Problem when the stage has another key here: another version, or an order that was changed.
 */
export async function workOnOrder(bundle: string, folder: string, tools: WorkTools): Promise<void> {
  const order = parseStageOrder(await readFile(join(bundle, orderPath), 'utf8'))
  const state = join(folder, '.chestnut')
  await mkdir(state, { recursive: true })
  if (existsSync(join(bundle, 'pixels'))) await symlink(resolve(bundle, 'pixels'), join(state, 'pixels'))
  const workspace = await openWorkspace({ ...order.config, store: state, output: join(folder, 'out') }, bundle, {
    ...tools,
    engine: tools.engine(order.config),
    commit: order.commit,
  })
  await begin(workspace, order, resolve(bundle))
  const record = await workspace.cache.find(order.key)
  if (record === undefined)
    throw new Problem(`Cannot keep the result of "${order.stage}": it has another key here, so it is another work`)
  const sizes: Record<string, number> = {}
  for (const digest of Object.values(record.outputs))
    sizes[digest] = (await workspace.store.stat(blobKey(digest)))?.size ?? 0
  const result: StageOutput = { format: 'chestnut.stage-result/1', record, sizes }
  await writeFileWhole(join(folder, resultName), `${JSON.stringify(result)}\n`)
}

async function begin(workspace: Workspace, { stage, given }: StageOrder, bundle: string): Promise<void> {
  const place = (path: string): string => join(bundle, path)
  switch (stage) {
    case 'prepare':
      await prepareStage(workspace, fetchedFrom(given, place))
      return
    case 'train':
      await trainStage(workspace, labelledFrom(given, place))
      return
    case headName:
      await trainHead(workspace, given, place)
      return
    case 'evaluate': {
      const model = await readFile(place(modelPath))
      const trained = { stage: 'train', record: { outputs: { 'model.onnx': sha256(model) } }, read: async () => model }
      await evaluateStage(workspace, labelledFrom(given, place), trained)
      return
    }
    default:
      throw new Problem(`Cannot work on the stage "${stage}": it runs only where its project is`)
  }
}

function labelledFrom(given: unknown, place: (path: string) => string): LabelledFilms {
  const { rows, ...rest } = given as LabelledFilms
  return { ...rest, rows: rows.map((row): FilmRow => ({ ...row, path: place(filmPath(row)) })) }
}
