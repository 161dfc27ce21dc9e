import { checkStamp, isJsonObject, numbersFromJson, Problem, parseRunRecord, type RunRecord } from '../../core/index.ts'

/** What a stage left on a machine: in the job's folder as `result.json`. */
export interface StageOutput {
  readonly format: 'chestnut.stage-result/1'
  readonly record: RunRecord
  /** Bytes of each output, by digest. */
  readonly sizes: Readonly<Record<string, number>>
}

export const resultName = 'result.json'

/** The folder of the job's own store, below its folder. */
export const jobStore = '.chestnut/store'

/** @throws Problem when it is no result, or one of a newer Chestnut. */
export function parseStageOutput(text: string): StageOutput {
  const value: unknown = JSON.parse(text)
  if (!isJsonObject(value)) throw new Problem('Cannot read the result of a stage: it is no JSON object')
  checkStamp(value['format'], 'stage-result', 1)
  const sizes = numbersFromJson(value['sizes'])
  if (sizes === undefined) throw new Problem('Cannot read the result of a stage: its sizes are missing')
  return { format: 'chestnut.stage-result/1', record: parseRunRecord(value['record']), sizes }
}
