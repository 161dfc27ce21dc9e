import type { FilmRow } from '../../dataset/index.ts'
import {
  comparisonSentence,
  evaluate,
  evaluateFindings,
  evaluationMetrics,
  evaluationReport,
  type FindingInput,
  findingsMetrics,
  findingsReport,
} from '../../evaluate/index.ts'
import { type Report, renderHtml } from '../../report/index.ts'
import { type JudgedFilms, judgeFilms, siteShiftOf } from '../judge-films.ts'
import { judgementOf } from '../judgement.ts'
import { placesWith } from '../label-matrix.ts'
import { metadataBeside } from '../metadata-beside.ts'
import { predictionsTable } from '../predictions-table.ts'
import { evaluateNeeds } from '../remote/evaluate-needs.ts'
import { runStage, type StageOutcome } from '../stage.ts'
import { track } from '../tracked/send-run.ts'
import type { Workspace } from '../workspace.ts'
import type { LabelledFilms } from './prepare.ts'
import { digestOfOutput } from './publish.ts'

/** What a training left, wherever it was. */
export type TrainedModel = Pick<StageOutcome, 'stage' | 'read'> & {
  readonly record: Pick<StageOutcome['record'], 'outputs'>
}

/** Judges the model on the testing films, which nothing before has touched. */
export async function evaluateStage(
  workspace: Workspace,
  prepared: LabelledFilms,
  trained: TrainedModel,
): Promise<StageOutcome> {
  const { config } = workspace
  const outcome = await runStage(workspace, {
    name: 'evaluate',
    version: 2,
    settings: { targets: prepared.targets, maxBad: config.maxBad },
    inputs: { model: digestOfOutput(trained, 'model.onnx'), dataset: prepared.dataset },
    run: async () => {
      const judged = await judgeFilms(workspace, prepared.rows, await trained.read('model.onnx'))
      const { data, report, metrics } = resultOf(workspace, prepared, judged)
      return {
        outputs: {
          'evaluation.html': await renderHtml(report),
          'evaluation.json': `${JSON.stringify(data, null, 2)}\n`,
          'predictions.csv': predictionsTable(judged, judged.thresholds),
          'bad_testing_films.csv': judged.badFilms,
        },
        metrics: { ...metrics, bad: judged.bad },
      }
    },
    needs: async () => evaluateNeeds(workspace, prepared, await trained.read('model.onnx')),
  })
  if (outcome.ran) await track(workspace, outcome.record)
  return outcome
}

interface Result {
  /** What evaluation.json holds. */
  readonly data: unknown
  readonly report: Report
  readonly metrics: Readonly<Record<string, number>>
}

/** One target is judged as a whole; several each for itself, and their mean. */
function resultOf({ config: { seed } }: Workspace, { rows }: LabelledFilms, judged: JudgedFilms): Result {
  const training = rows.filter(row => row.split === 'train')
  const [target, ...others] = judged.targets
  if (target !== undefined && others.length === 0) {
    const evaluation = evaluate({ ...inputOf(training, judged, target), seed })
    return { data: evaluation, report: evaluationReport(evaluation), metrics: evaluationMetrics(evaluation) }
  }
  const evaluation = evaluateFindings({
    patients: judged.rows.map(row => row.patient),
    findings: judged.targets.map(each => inputOf(training, judged, each)),
    seed,
  })
  return { data: evaluation, report: findingsReport(evaluation), metrics: findingsMetrics(evaluation) }
}

function inputOf(training: readonly FilmRow[], judged: JudgedFilms, target: string): FindingInput {
  const { rows, ...judgement } = judgementOf(judged, target)
  const k = judged.targets.indexOf(target)
  return {
    target,
    places: placesWith(judged.rows, target),
    ...judgement,
    comparison: comparisonSentence(rows, target),
    threshold: judged.thresholds[k]!,
    siteShift: siteShiftOf(judged.calibrations[k]!),
    metadataLogits: metadataBeside(training, rows, target),
    facts: rows,
  }
}
