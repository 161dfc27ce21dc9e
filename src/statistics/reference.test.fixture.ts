import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../core/index.ts'

interface Estimate {
  readonly value: number
  readonly se: number
  readonly low: number
  readonly high: number
}

/** What reference.py wrote. */
export interface Reference {
  readonly rankings: readonly {
    readonly scores: number[]
    readonly second: number[]
    readonly labels: number[]
    readonly clusters: string[]
    readonly auroc: number
    readonly averagePrecision: number
    readonly roc: { readonly fpr: number[]; readonly tpr: number[]; readonly thresholds: number[] }
    readonly pr: { readonly precision: number[]; readonly recall: number[]; readonly thresholds: number[] }
    readonly delong: Estimate
    readonly delongDifference: Estimate & { readonly p: number }
    readonly clustered: Estimate
    readonly clusteredDifference: Estimate & { readonly p: number }
  }[]
  readonly regressions: readonly {
    readonly features: number[]
    readonly columns: number
    readonly labels: number[]
    readonly l2: number
    readonly sampleWeights?: number[]
    readonly weights: number[]
    readonly intercept: number
  }[]
  readonly folds: readonly {
    readonly groups: number[]
    readonly classes: number[]
    readonly folds: number
    readonly expected: number[]
  }[]
  readonly calibrations: readonly {
    readonly logits: number[]
    readonly labels: number[]
    readonly brier: number
    readonly logLoss: number
    readonly expectedError: number
    readonly slope: number
    readonly intercept: number
  }[]
  readonly summaries: {
    readonly values: number[]
    readonly probabilities: number[]
    readonly quantiles: number[]
    readonly counts: number[]
    readonly edges: number[]
    readonly tightCounts: number[]
    readonly tightEdges: number[]
    readonly normal: readonly { readonly p: number; readonly z: number }[]
    readonly twoSided: readonly { readonly z: number; readonly p: number }[]
    readonly wilson: readonly { k: number; n: number; level: number; low: number; high: number }[]
  }
}

export const reference: Reference = JSON.parse(
  readFileSync(join(packageRoot(), 'src', 'statistics', 'fixtures', 'reference.json'), 'utf8'),
)

/** Fails unless the numbers agree to `tolerance`, relative to the expected one where that is above 1. */
export function close(found: number, expected: number, tolerance = 1e-9, what = ''): void {
  const off = Math.abs(found - expected)
  assert.ok(off <= tolerance * Math.max(1, Math.abs(expected)), `${what} ${found} is ${off} off ${expected}`)
}

export function allClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-9): void {
  assert.equal(found.length, expected.length)
  for (let i = 0; i < found.length; i++) close(found[i]!, expected[i]!, tolerance, `[${i}]`)
}
