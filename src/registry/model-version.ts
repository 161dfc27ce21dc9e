import { checkStamp, isJsonObject, numbersFromJson, Problem } from '../core/index.ts'

/** One published model. Never changed once it is there. */
export interface ModelVersion {
  readonly format: 'chestnut.model-version/1'
  readonly name: string
  /** From 1. */
  readonly version: number
  /** SHA-256 of the model file. */
  readonly digest: string
  /** ISO 8601, UTC. */
  readonly created: string
  /** Digest of the data set that it was trained on. */
  readonly dataset: string
  /** Id of the run that made it. */
  readonly run?: string
  readonly metrics: Readonly<Record<string, number>>
}

/**
 * A version that was read from a store.
 *
 * @throws Problem when it is none, or one of a newer Chestnut.
 */
export function parseModelVersion(value: unknown, reference: string): ModelVersion {
  if (!isJsonObject(value)) throw broken(reference)
  checkStamp(value['format'], 'model-version', 1)
  const { name, version, digest, created, dataset, run } = value
  const metrics = numbersFromJson(value['metrics'])
  if (
    typeof name !== 'string' ||
    typeof version !== 'number' ||
    typeof digest !== 'string' ||
    typeof created !== 'string' ||
    typeof dataset !== 'string' ||
    (run !== undefined && typeof run !== 'string') ||
    metrics === undefined
  ) {
    throw broken(reference)
  }
  const format = 'chestnut.model-version/1'
  return { format, name, version, digest, created, dataset, ...(run === undefined ? {} : { run }), metrics }
}

function broken(reference: string): Problem {
  return new Problem(`Cannot read the model version "${reference}": its record in the registry is damaged`)
}
