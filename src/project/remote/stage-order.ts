import { checkStamp, isJsonObject, Problem } from '../../core/index.ts'
import type { Config } from '../config.ts'

/** What a machine is to do: in the bundle as `order.json`. Holds no secret, and no path of the computer that wrote it but a table's. */
export interface StageOrder {
  readonly format: 'chestnut.stage-order/1'
  readonly stage: string
  /** What `stageKey` must say there, too. */
  readonly key: string
  /** Of the project's repository. */
  readonly commit?: string
  readonly config: Config
  /** See `StageNeeds`. */
  readonly given: unknown
}

export const orderPath = 'order.json'

/** @throws Problem when it is no order, or one of a newer Chestnut. */
export function parseStageOrder(text: string): StageOrder {
  const value: unknown = JSON.parse(text)
  if (!isJsonObject(value)) throw new Problem('Cannot read the order of a stage: it is no JSON object')
  checkStamp(value['format'], 'stage-order', 1)
  const { stage, key, config, commit } = value
  if (typeof stage !== 'string' || typeof key !== 'string' || !isJsonObject(config))
    throw new Problem('Cannot read the order of a stage: a part of it is missing')
  return {
    format: 'chestnut.stage-order/1',
    stage,
    key,
    ...(typeof commit === 'string' ? { commit } : {}),
    // The same version of Chestnut wrote it from a configuration that was checked.
    config: config as unknown as Config,
    given: value['given'],
  }
}
