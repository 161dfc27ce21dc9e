import type { RunRecord } from '../../core/index.ts'
import type { FlatSettings } from './flat-settings.ts'

/** A value that two runs do not share; absent on a side that has none. */
export interface Change {
  readonly name: string
  readonly first?: string
  readonly second?: string
}

export interface MetricChange {
  readonly name: string
  readonly first?: number
  readonly second?: number
  /** Second less first, where both have one. */
  readonly difference?: number
}

/** What tells two runs apart. Lists hold what differs; `metrics` holds all. */
export interface RunDiff {
  readonly format: 'chestnut.run-diff/1'
  readonly first: string
  readonly second: string
  /** Stage, status, seed, configuration, commit, cost. */
  readonly facts: readonly Change[]
  /** Undefined where one of the runs kept none. */
  readonly settings?: readonly Change[]
  readonly machine: readonly Change[]
  readonly inputs: readonly Change[]
  readonly outputs: readonly Change[]
  readonly metrics: readonly MetricChange[]
}

/** A run with the settings that its record has the digest of, where they were kept. */
export interface RunWithSettings {
  readonly record: RunRecord
  readonly settings: FlatSettings | undefined
}

export function diffRuns(first: RunWithSettings, second: RunWithSettings): RunDiff {
  const [a, b] = [first.record, second.record]
  const settings = first.settings && second.settings && changes(first.settings, second.settings)
  return {
    format: 'chestnut.run-diff/1',
    first: a.id,
    second: b.id,
    facts: changes(factsOf(a), factsOf(b)),
    ...(settings && { settings }),
    machine: changes(texts(a.machine), texts(b.machine)),
    inputs: changes(a.inputs, b.inputs),
    outputs: changes(a.outputs, b.outputs),
    metrics: metricChanges(a.metrics, b.metrics),
  }
}

/** What differs between two sets of values, in the order of the first. */
export function changes(
  first: Readonly<Record<string, string>>,
  second: Readonly<Record<string, string>>,
): readonly Change[] {
  return namesOf(first, second).flatMap(name => {
    const [a, b] = [first[name], second[name]]
    return a === b ? [] : [{ name, ...(a !== undefined && { first: a }), ...(b !== undefined && { second: b }) }]
  })
}

/** All metrics of two runs, with what they differ by. */
export function metricChanges(
  first: Readonly<Record<string, number>>,
  second: Readonly<Record<string, number>>,
): readonly MetricChange[] {
  return namesOf(first, second).map(name => {
    const [a, b] = [first[name], second[name]]
    return {
      name,
      ...(a !== undefined && { first: a }),
      ...(b !== undefined && { second: b }),
      ...(a !== undefined && b !== undefined && { difference: b - a }),
    }
  })
}

function namesOf(first: object, second: object): readonly string[] {
  return [...new Set([...Object.keys(first), ...Object.keys(second)])]
}

function factsOf({ stage, status, seed, config, commit, cost, error }: RunRecord): Readonly<Record<string, string>> {
  return {
    stage,
    status,
    ...(error !== undefined && { error }),
    seed: String(seed),
    configuration: config,
    ...(commit !== undefined && { commit }),
    ...(cost !== undefined && { cost: `${cost.amount} ${cost.currency}` }),
  }
}

function texts(values: object): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
}
