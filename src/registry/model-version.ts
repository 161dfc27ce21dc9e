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
  /** Of a version that came from another store. */
  readonly from?: VersionOrigin
}

/** Which version it was there, and whose signature was believed. */
export interface VersionOrigin {
  /** `pneumonia@3` */
  readonly reference: string
  /** `ed25519:…` */
  readonly signer: string
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
  const from = originFrom(value['from'], reference)
  return {
    format: 'chestnut.model-version/1',
    name,
    version,
    digest,
    created,
    dataset,
    ...(run === undefined ? {} : { run }),
    metrics,
    ...(from && { from }),
  }
}

function originFrom(value: unknown, reference: string): VersionOrigin | undefined {
  if (value === undefined) return undefined
  if (!isJsonObject(value)) throw broken(reference)
  const { reference: there, signer } = value
  if (typeof there !== 'string' || typeof signer !== 'string') throw broken(reference)
  return { reference: there, signer }
}

function broken(reference: string): Problem {
  return new Problem(`Cannot read the model version "${reference}": its record in the registry is damaged`)
}
