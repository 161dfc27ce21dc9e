import type { DataDiff, DataLeaks } from '../../dataset/index.ts'
import type { Interval } from '../../statistics/index.ts'
import type { Evaluation } from '../evaluation.ts'
import type { ModelComparison } from './comparison-of-models.ts'
import type { Gate } from './gate.ts'

/** What a change did to the model, the data and the bill, and whether that is good enough. Plain data, without a name of a film or patient. */
export interface Verdict {
  readonly format: 'chestnut.verdict/1'
  /** The model's name in the registry. */
  readonly name: string
  readonly commit?: string
  /** Null: no gate says no, and one of them cannot say. */
  readonly passed: boolean | null
  /** One sentence. */
  readonly summary: string
  readonly gates: readonly Gate[]
  readonly base: VerdictBase
  /** Why there is no model to judge; left out where there is one. */
  readonly failure?: StageFailure
  readonly testing: TestingFilms | null
  /** In the order of the model's outputs; none where there is no model. */
  readonly findings: readonly FindingVerdict[]
  /** Of several findings; null of one, or where none has films enough. */
  readonly mean: MeanVerdict | null
  /** Null where the films could not be prepared. */
  readonly data: DataVerdict | null
  readonly training: { readonly current: TrainingCurves | null; readonly base: TrainingCurves | null }
  readonly bill: Bill
  readonly machines: MachinesLeft
}

/** What this change is compared with. */
export type VerdictBase =
  | { readonly kind: 'none'; readonly why: string }
  | {
      readonly kind: 'model'
      /** `pneumonia@3`, `commit 1a2b3c4d5e6f`. */
      readonly reference: string
      /** SHA-256 of its file. */
      readonly digest: string
      readonly commit?: string
      /** Whether it is this change's model, byte for byte. */
      readonly isSame: boolean
      /** Whether it is known what the base learned from. */
      readonly isKnown: boolean
      /** Findings that the base does not tell. */
      readonly untold: readonly string[]
    }

export interface TestingFilms {
  readonly films: number
  readonly patients: number
  /** Films that both models were judged on. */
  readonly compared: number
  /** Left out of the comparison: the base learned from the film itself, or from another film of the patient. */
  readonly leftOut: { readonly films: number; readonly patients: number }
  /** Films that could not be read. */
  readonly unread: number
}

export interface FindingVerdict {
  readonly target: string
  /** What was compared with what. */
  readonly comparison: string
  /** On all testing films; null where they show one side only. */
  readonly evaluation: Evaluation | null
  /** Whether it counts in a mean, and by itself. */
  readonly counts: boolean
  /** Null without a base, or where the shared films show one side only. */
  readonly compared: ModelComparison | null
}

export interface MeanVerdict {
  /** The findings that count. */
  readonly findings: readonly string[]
  readonly auroc: Interval
  readonly compared: { readonly current: Interval; readonly base: Interval; readonly difference: Interval } | null
}

export interface DataVerdict {
  /** Null where the base's films are not known. */
  readonly diff: DataDiff | null
  readonly leaks: DataLeaks
}

export interface TrainingCurves {
  readonly bestEpoch: number
  readonly epochs: readonly CurvePoint[]
}

export interface CurvePoint {
  readonly epoch: number
  readonly trainLoss: number
  readonly validationLoss: number
  readonly validationAuroc: number | null
}

export interface StageFailure {
  readonly stage: string
  /** `missing`: it was never begun. `lost`: it was begun on another machine and left nothing. */
  readonly status: 'failed' | 'interrupted' | 'missing' | 'lost'
  /** The kind of error. */
  readonly error?: string
  /** How long it ran. */
  readonly seconds?: number
}

export interface StageBill {
  readonly stage: string
  /** Null where it never ran, or nobody knows how long. */
  readonly seconds: number | null
  /** The processor, or the kind of the rented machine. */
  readonly where: string
  readonly euros: number
  /** Of the base; null where it is not known. */
  readonly base: { readonly seconds: number; readonly euros: number } | null
}

export interface Bill {
  readonly stages: readonly StageBill[]
  /** Euros without VAT of all machines of this change, those of failed attempts too. */
  readonly euros: number
}

export interface MachinesLeft {
  /** Of this change, or past their deadline. */
  readonly left: number
  /** Of other runs, within their deadline. */
  readonly others: number
  /** Providers that could not be asked. */
  readonly silent: readonly string[]
}
