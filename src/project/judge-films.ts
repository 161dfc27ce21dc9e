import type { FilmRow } from '../dataset/index.ts'
import { type Calibration, openClassifier } from '../models/index.ts'
import { priorShift } from '../statistics/index.ts'
import { classifyRows } from './classify-rows.ts'
import { badList, openFilms } from './films.ts'
import type { Judgement } from './judgement.ts'
import type { Workspace } from './workspace.ts'

/** What a model said of the testing films, and by which rules. */
export interface JudgedFilms extends Judgement {
  /** One a target. */
  readonly thresholds: readonly number[]
  /** One a target. */
  readonly calibrations: readonly Calibration[]
  /** Films set aside, as a list. */
  readonly badFilms: string
}

/** Asks a model about the testing films, as it asks for them itself. */
export async function judgeFilms(
  workspace: Workspace,
  rows: readonly FilmRow[],
  model: Uint8Array,
  task = 'Judging films',
): Promise<JudgedFilms> {
  const { config, engine, signal } = workspace
  await using classifier = await openClassifier(model, engine, {
    ...(config.threads === undefined ? {} : { threads: config.threads }),
    signal,
  })
  const { contract, thresholds, calibration } = classifier.card
  const films = await openFilms(
    workspace,
    rows.filter(row => row.split === 'test'),
    contract,
  )
  const judgement = await classifyRows(workspace, classifier, films, task)
  return { ...judgement, thresholds, calibrations: calibration, badFilms: badList([films]) }
}

/** What a stated prevalence added to the logits; 0 where the calibration is for the films that it was fitted on. */
export function siteShiftOf({ prevalence, films }: Calibration): number {
  if (prevalence === undefined || films === undefined) return 0
  return priorShift(films.positives / (films.positives + films.negatives), prevalence)
}
