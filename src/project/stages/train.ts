import type { CachedFilms } from '../../dataset/index.ts'
import { type AnswerRule, calibrateLabel } from '../../evaluate/index.ts'
import {
  type BackboneSpec,
  draftClassifier,
  finishModel,
  type Network,
  prevalenceOfEach,
  type ReferenceFilms,
  withReference,
} from '../../models/index.ts'
import { chartPng } from '../../report/index.ts'
import { historyCharts, historyOf, type Trained } from '../../train/index.ts'
import { buildNetwork } from '../build-network.ts'
import { classifyRows } from '../classify-rows.ts'
import type { Config } from '../config.ts'
import { examplesOf } from '../examples.ts'
import { badList, openFilms } from '../films.ts'
import { inPrecision, int8Metrics, int8Provenance, type PreparedNetwork } from '../int8.ts'
import { machineFacts } from '../machine-facts.ts'
import { runStage, type StageOutcome, type StageResult } from '../stage.ts'
import { planOf, refuseMixedOnCpu, trainNetwork } from '../train-network.ts'
import type { Workspace } from '../workspace.ts'
import type { PreparedFilms } from './prepare.ts'

/** Fine-tunes the network, then chooses calibration and threshold on the validation films. */
export async function trainStage(workspace: Workspace, prepared: PreparedFilms): Promise<StageOutcome> {
  const { name, target, backbone, head, train, maxBad, device, threads, calibration, threshold } = workspace.config
  refuseMixedOnCpu(workspace.config)
  statedPrevalences(workspace.config, [target]) // refused before hours of training, not after
  const built = await buildNetwork(workspace)
  const { contract } = built.network
  return runStage(workspace, {
    name: 'train',
    version: 4,
    settings: {
      name,
      target,
      backbone: withoutFiles(backbone),
      head,
      train,
      maxBad,
      device,
      threads,
      contract,
      calibration,
      threshold,
    },
    inputs: { dataset: prepared.dataset, backbone: built.digest },
    run: async () => {
      const part = (split: 'train' | 'validation'): Promise<CachedFilms> =>
        openFilms(
          workspace,
          prepared.rows.filter(row => row.split === split),
          contract,
        )
      const training = await part('train')
      const validation = await part('validation')
      const ready = await inPrecision(workspace, built.network, training)
      const trained = await trainNetwork(
        workspace,
        planOf(workspace.config, ready.network, workspace.config.seed),
        {
          training: examplesOf(workspace, training, contract, train.augmentation),
          validation: examplesOf(workspace, validation, contract),
        },
        workspace.progress,
      )
      return finish(workspace, prepared.dataset, trained, { training, validation, int8: ready.report })
    },
  })
}

/** What decides the network besides its files, whose digest is an input: neither where they lie nor what they were compared with. */
function withoutFiles(backbone: BackboneSpec): unknown {
  return { ...backbone, path: undefined, sha256: undefined, weights: undefined, weightsSha256: undefined }
}

interface Parts {
  readonly training: CachedFilms
  readonly validation: CachedFilms
  readonly int8: PreparedNetwork['report']
}

async function finish(workspace: Workspace, dataset: string, trained: Trained, parts: Parts): Promise<StageResult> {
  const { config, engine, commit } = workspace
  const best = trained.history[trained.bestEpoch - 1]
  if (!best) throw new Error('The training has no best epoch')
  const metrics = {
    epochs: trained.history.length,
    bestEpoch: trained.bestEpoch,
    trainLoss: best.trainLoss,
    validationLoss: best.validationLoss,
    validationAccuracy: best.validationAccuracy,
    ...(best.validationAuroc === null ? {} : { validationAuroc: best.validationAuroc }),
    bad: parts.training.bad.length + parts.validation.bad.length,
    ...int8Metrics(parts.int8),
  }
  const classes = [config.target]
  const rules = await answerRules(workspace, trained.network, classes, parts)
  const { cpu, node, chestnut } = machineFacts()
  const model = await finishModel(
    await withReference(trained.network, withoutTargets(classes, parts.validation), engine, workspace.signal),
    {
      name: config.name,
      classes,
      thresholds: rules.map(rule => rule.threshold),
      policies: rules.map(rule => rule.policy),
      calibration: rules.map(rule => rule.calibration),
      dataset,
      metrics,
      provenance: {
        seed: config.seed,
        chestnut,
        node,
        cpu,
        ...(commit === undefined ? {} : { commit }),
        ...int8Provenance(parts.int8),
      },
    },
    engine,
  )
  const history = historyOf(trained)
  return {
    outputs: {
      'model.onnx': model,
      'history.json': `${JSON.stringify(history, null, 2)}\n`,
      'history.png': await chartPng(historyCharts(history)),
      'bad_films.csv': badList([parts.training, parts.validation]),
    },
    metrics: { ...metrics, threshold: rules[0]!.threshold },
  }
}

/** Validation films without any of the findings, for the explanation's reference. */
function withoutTargets(targets: readonly string[], films: CachedFilms): ReferenceFilms {
  const places = films.rows.flatMap((row, i) => (targets.every(target => row.labels[target] === 0) ? [i] : []))
  return { count: places.length, read: index => films.read(places[index]!) }
}

/** Calibration and threshold of each class, from the same path from film to answer that will be served. */
async function answerRules(
  workspace: Workspace,
  network: Network,
  classes: readonly string[],
  { training, validation }: Parts,
): Promise<readonly AnswerRule[]> {
  const { config, engine, progress } = workspace
  await using draft = await draftClassifier(network, classes, engine)
  const judged = await classifyRows(workspace, draft, validation, 'Calibrating')
  const prevalences = statedPrevalences(config, classes)
  return classes.map((label, k) => {
    const known = judged.rows.flatMap((row, i) => (isKnown(row.labels[label]) ? [i] : []))
    const rule = calibrateLabel(
      {
        logits: known.map(i => judged.classes[k]!.logits[i]!),
        labels: known.map(i => judged.rows[i]!.labels[label]!),
        patients: known.map(i => judged.rows[i]!.patient),
      },
      {
        map: config.calibration.map,
        interval: config.calibration.interval,
        prevalence: prevalences[k],
        threshold: config.threshold,
        trainedShare: config.train.classWeights ? 0.5 : shareIn(training, label),
        seed: config.seed,
      },
    )
    const { note } = rule.calibration
    if (note !== undefined) progress({ kind: 'warning', text: `${label}: ${note}` })
    return rule
  })
}

function statedPrevalences(
  { calibration: { prevalence } }: Config,
  classes: readonly string[],
): readonly (number | undefined)[] {
  return prevalence === undefined ? [] : prevalenceOfEach(classes, prevalence)
}

function isKnown(label: number | null | undefined): boolean {
  return label === 0 || label === 1
}

/** The share of films with the finding among those of which it is known. */
function shareIn({ rows }: CachedFilms, label: string): number {
  const known = rows.filter(row => isKnown(row.labels[label]))
  return known.filter(row => row.labels[label] === 1).length / known.length
}
