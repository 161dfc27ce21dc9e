import type { CachedFilms } from '../../dataset/index.ts'
import type { AnswerRule } from '../../evaluate/index.ts'
import { type BackboneSpec, finishModel, type ReferenceFilms, withReference } from '../../models/index.ts'
import { chartPng } from '../../report/index.ts'
import { historyCharts, historyOf, refusePool, type Trained } from '../../train/index.ts'
import { type BuiltNetwork, buildNetwork } from '../build-network.ts'
import { choicesFile, choicesProvenance } from '../choices-record.ts'
import { chooseAnswers, statedPrevalences } from '../choose-answers.ts'
import { examplesOf } from '../examples.ts'
import { badList, openFilms } from '../films.ts'
import { inPrecision, int8Metrics, int8Provenance, type PreparedNetwork } from '../int8.ts'
import { machineFacts } from '../machine-facts.ts'
import { learnElsewhere } from '../remote/learn-elsewhere.ts'
import { trainNeeds } from '../remote/train-needs.ts'
import { runStage, type Stage, type StageOutcome, type StageResult, stageKey } from '../stage.ts'
import { track } from '../tracked/send-run.ts'
import { dropCheckpoints, trainCheckpoints } from '../train-checkpoints.ts'
import { planOf, refuseMixedOnCpu, trainNetwork } from '../train-network.ts'
import type { Workspace } from '../workspace.ts'
import type { LabelledFilms } from './prepare.ts'

/** What a training is, before anything of it runs. */
export interface Training {
  readonly stage: Omit<Stage, 'run'>
  readonly built: BuiltNetwork
}

/** The training that the configuration describes. */
export async function trainingOf(workspace: Workspace, prepared: LabelledFilms): Promise<Training> {
  const { name, backbone, head, train, maxBad, device, threads, calibration, threshold } = workspace.config
  const { featureCache: _room, ...recipe } = train
  const { targets } = prepared
  refuseMixedOnCpu(workspace.config)
  // Before the hours of training, not after them.
  statedPrevalences(workspace.config, targets)
  const built = await buildNetwork(workspace, targets)
  refusePool(built.network, train.augmentation)
  const { contract } = built.network
  const stage = {
    name: 'train',
    version: 4,
    settings: {
      name,
      targets,
      backbone: withoutFiles(backbone),
      head,
      train: recipe,
      maxBad,
      device,
      threads,
      contract,
      calibration,
      threshold,
    },
    inputs: { dataset: prepared.dataset, backbone: built.digest },
  }
  return { stage, built }
}

/** Fine-tunes the network, then chooses calibration and threshold of each target on the validation films. */
export async function trainStage(workspace: Workspace, prepared: LabelledFilms): Promise<StageOutcome> {
  const { stage, built } = await trainingOf(workspace, prepared)
  const { targets } = prepared
  const { train } = workspace.config
  const { contract } = built.network
  const key = stageKey(workspace, stage)
  const checkpoints = await trainCheckpoints(workspace, key)
  const outcome = await runStage(workspace, {
    ...stage,
    run: async () => {
      const part = (split: 'train' | 'validation'): Promise<CachedFilms> =>
        openFilms(
          workspace,
          prepared.rows.filter(row => row.split === split),
          contract,
        )
      const training = await part('train')
      const validation = await part('validation')
      const ready = await inPrecision(workspace, built.network, training, targets)
      const data = {
        training: examplesOf(workspace, training, { targets, contract, augmentation: train.augmentation }),
        validation: examplesOf(workspace, validation, { targets, contract }),
      }
      await learnElsewhere(workspace, { key, network: ready.network, data }, checkpoints)
      const trained = await trainNetwork(
        workspace,
        { ...planOf(workspace.config, ready.network, workspace.config.seed), choices: workspace.choices },
        data,
        { progress: workspace.progress, checkpoints },
      )
      return finish(workspace, prepared, trained, { training, validation, int8: ready.report })
    },
    needs: () => trainNeeds(workspace, prepared, built),
  })
  await dropCheckpoints(workspace, checkpoints)
  if (outcome.ran) await track(workspace, outcome.record)
  return outcome
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

async function finish(
  workspace: Workspace,
  { dataset, targets }: LabelledFilms,
  trained: Trained,
  parts: Parts,
): Promise<StageResult> {
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
  const rules = await chooseAnswers(workspace, trained.network, targets, parts)
  const { cpu, node, chestnut } = machineFacts()
  const model = await finishModel(
    await withReference(trained.network, withoutTargets(targets, parts.validation), engine, workspace.signal),
    {
      name: config.name,
      classes: targets,
      thresholds: rules.map(({ threshold }) => threshold),
      policies: rules.map(({ policy }) => policy),
      calibration: rules.map(({ calibration }) => calibration),
      dataset,
      metrics,
      provenance: {
        seed: config.seed,
        chestnut,
        node,
        cpu,
        ...(commit === undefined ? {} : { commit }),
        ...int8Provenance(parts.int8),
        ...choicesProvenance(trained.choices),
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
      ...choicesFile(trained.choices),
    },
    metrics: { ...metrics, ...thresholdMetrics(targets, rules) },
  }
}

function thresholdMetrics(targets: readonly string[], rules: readonly AnswerRule[]): Readonly<Record<string, number>> {
  const nameOf = (target: string): string => (targets.length === 1 ? 'threshold' : `threshold.${target}`)
  return Object.fromEntries(targets.map((target, k) => [nameOf(target), rules[k]!.threshold]))
}

/** Validation films that are known to show none of the targets, for the explanation's reference. */
function withoutTargets(targets: readonly string[], films: CachedFilms): ReferenceFilms {
  const places = films.rows.flatMap((row, place) => (targets.every(target => row.labels[target] === 0) ? [place] : []))
  return { count: places.length, read: index => films.read(places[index]!) }
}
