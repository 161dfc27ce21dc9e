import type { CrossValidationResult, FindingsCrossValidation } from '../../project/index.ts'
import type { Interval } from '../../statistics/index.ts'

/** What a person wants to know of a cross-validation. */
export function crossValidationLines(result: CrossValidationResult | FindingsCrossValidation): readonly string[] {
  return 'findings' in result ? ofFindings(result) : ofOne(result)
}

function ofOne({
  repetitions,
  deviation,
  auroc,
  folds,
  baseline,
  comparison,
}: CrossValidationResult): readonly string[] {
  const times = repetitions.length
  const spread = times === 1 ? 'one seed' : `mean of ${times} seeds (sd ${deviation.toFixed(3)})`
  return [
    `AUROC ${intervalText(auroc)}, ${folds} folds by patient, pooled out of fold, ${spread}`,
    ...(baseline === null ? [] : [metadataLine(baseline)]),
    comparison,
  ]
}

function ofFindings({ folds, mean, findings }: FindingsCrossValidation): readonly string[] {
  const width = Math.max(...findings.map(({ target }) => target.length))
  const lines = findings.map(({ target, result, leftOut }) => {
    const aside = leftOut === null ? '' : `  left out of the mean: ${leftOut}`
    return `  ${target.padEnd(width)}  ${result === null ? 'not judged' : intervalText(result.auroc)}${aside}`
  })
  if (mean === null) return ['No finding has patients enough of both sides for a mean', ...lines]
  return [
    `mean AUROC ${intervalText(mean.auroc)} of ${mean.findings.length} findings, ${folds} folds by patient, pooled out of fold`,
    ...(mean.metadata === null ? [] : [metadataLine(mean.metadata)]),
    ...lines,
  ]
}

function metadataLine({ auroc, gain }: { readonly auroc: Interval; readonly gain: Interval }): string {
  return `metadata alone ${intervalText(auroc)}, gain ${intervalText(gain)}`
}

function intervalText({ value, low, high }: Interval): string {
  return `${value.toFixed(3)} (95 % interval ${low.toFixed(3)} to ${high.toFixed(3)})`
}
