import type { Evaluation, MetadataGain } from './evaluation.ts'

/** The headline numbers of an evaluation, flat, as run records and model cards keep them. */
export function evaluationMetrics(evaluation: Evaluation): Readonly<Record<string, number>> {
  const { auroc, averagePrecision, calibration, metadata, operatingPoint, prevalence } = evaluation
  const rates = Object.entries(operatingPoint.rates).flatMap(([name, rate]) =>
    rate === null ? [] : [[name, rate.value] as const],
  )
  return {
    auroc: auroc.value,
    aurocLow: auroc.low,
    aurocHigh: auroc.high,
    averagePrecision: averagePrecision.value,
    prevalence,
    brier: calibration.brier,
    logLoss: calibration.logLoss,
    expectedCalibrationError: calibration.expectedError,
    threshold: operatingPoint.threshold,
    ...Object.fromEntries(rates),
    ...metadataMetrics(metadata),
  }
}

export function metadataMetrics(metadata: MetadataGain | null): Readonly<Record<string, number>> {
  if (metadata === null) return {}
  return {
    metadataAuroc: metadata.auroc.value,
    metadataAurocLow: metadata.auroc.low,
    metadataAurocHigh: metadata.auroc.high,
    gainOverMetadata: metadata.gain.value,
  }
}
