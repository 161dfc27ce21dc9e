import { type FilmRow, metadataLogits } from '../../dataset/index.ts'
import {
  comparisonSentence,
  type Evaluation,
  evaluate,
  evaluationMetrics,
  evaluationReport,
} from '../../evaluate/index.ts'
import { openClassifier } from '../../models/index.ts'
import { renderHtml } from '../../report/index.ts'
import { classifyRows, type Judgement } from '../classify-rows.ts'
import { badList, openFilms } from '../films.ts'
import { runStage, type StageOutcome } from '../stage.ts'
import type { Workspace } from '../workspace.ts'
import type { PreparedFilms } from './prepare.ts'
import { digestOfOutput } from './publish.ts'

/** Judges the model on the testing films, which nothing before has touched. */
export function evaluateStage(
  workspace: Workspace,
  prepared: PreparedFilms,
  trained: StageOutcome,
): Promise<StageOutcome> {
  const { config } = workspace
  return runStage(workspace, {
    name: 'evaluate',
    version: 1,
    settings: { target: config.target, maxBad: config.maxBad },
    inputs: { model: digestOfOutput(trained, 'model.onnx'), dataset: prepared.dataset },
    run: async () => {
      const judgement = await judge(workspace, prepared.rows, await trained.read('model.onnx'))
      const evaluation = evaluateRows(workspace, prepared.rows, judgement)
      return {
        outputs: {
          'evaluation.html': await renderHtml(evaluationReport(evaluation)),
          'evaluation.json': `${JSON.stringify(evaluation, null, 2)}\n`,
          'predictions.csv': predictions(judgement, config.target),
          'bad_testing_films.csv': judgement.badFilms,
        },
        metrics: { ...evaluationMetrics(evaluation), bad: judgement.bad },
      }
    },
  })
}

interface Judged extends Judgement {
  readonly threshold: number
  /** Films set aside, as a list. */
  readonly badFilms: string
}

async function judge(workspace: Workspace, rows: readonly FilmRow[], model: Uint8Array): Promise<Judged> {
  const { config, engine, signal } = workspace
  await using classifier = await openClassifier(model, engine, {
    ...(config.threads === undefined ? {} : { threads: config.threads }),
    signal,
  })
  const films = await openFilms(
    workspace,
    rows.filter(row => row.split === 'test'),
    classifier.card.contract,
  )
  const judgement = await classifyRows(workspace, classifier, films, 'Judging films')
  return { ...judgement, threshold: classifier.card.thresholds[0] ?? 0.5, badFilms: badList([films]) }
}

function evaluateRows(workspace: Workspace, rows: readonly FilmRow[], judged: Judged): Evaluation {
  const { target, seed } = workspace.config
  return evaluate({
    target,
    scores: judged.logits,
    probabilities: judged.probabilities,
    labels: judged.rows.map(row => row.labels[target] ?? 0),
    patients: judged.rows.map(row => row.patient),
    comparison: comparisonSentence(judged.rows, target),
    threshold: judged.threshold,
    metadataLogits: metadataLogits(
      rows.filter(row => row.split === 'train'),
      judged.rows,
      { target },
    ),
    facts: judged.rows,
    seed,
  })
}

/** What was said of each film, by the number of its row in the table: no name leaves the data. */
function predictions(judged: Judged, target: string): string {
  const lines = judged.rows.map((row, i) =>
    [
      row.row,
      row.labels[target] ?? '',
      judged.logits[i],
      judged.probabilities[i],
      Number((judged.probabilities[i] ?? 0) >= judged.threshold),
    ].join(','),
  )
  return `${['row,label,logit,probability,positive', ...lines].join('\n')}\n`
}
