import type { CachedFilms } from '../../dataset/index.ts'
import { calibrate, chooseThreshold } from '../../evaluate/index.ts'
import {
  type BackboneSpec,
  calibrated,
  draftClassifier,
  finishModel,
  type Network,
  type ReferenceFilms,
  withReference,
} from '../../models/index.ts'
import { chartPng } from '../../report/index.ts'
import { historyCharts, historyOf, refusePool, type Trained } from '../../train/index.ts'
import { buildNetwork } from '../build-network.ts'
import { choicesFile, choicesProvenance } from '../choices-record.ts'
import { classifyRows } from '../classify-rows.ts'
import { examplesOf } from '../examples.ts'
import { badList, openFilms } from '../films.ts'
import { inPrecision, int8Metrics, int8Provenance, type PreparedNetwork } from '../int8.ts'
import { machineFacts } from '../machine-facts.ts'
import { runStage, type StageOutcome, type StageResult, stageKey } from '../stage.ts'
import { dropCheckpoints, trainCheckpoints } from '../train-checkpoints.ts'
import { planOf, refuseMixedOnCpu, trainNetwork } from '../train-network.ts'
import type { Workspace } from '../workspace.ts'
import type { PreparedFilms } from './prepare.ts'

/** Fine-tunes the network, then chooses calibration and threshold on the validation films. */
export async function trainStage(workspace: Workspace, prepared: PreparedFilms): Promise<StageOutcome> {
  const { name, target, backbone, head, train, maxBad, device, threads } = workspace.config
  const { featureCache: _room, ...recipe } = train
  refuseMixedOnCpu(workspace.config)
  const built = await buildNetwork(workspace)
  refusePool(built.network, train.augmentation)
  const { contract } = built.network
  const stage = {
    name: 'train',
    version: 3,
    settings: {
      name,
      target,
      backbone: withoutFiles(backbone),
      head,
      train: recipe,
      maxBad,
      device,
      threads,
      contract,
    },
    inputs: { dataset: prepared.dataset, backbone: built.digest },
  }
  const checkpoints = await trainCheckpoints(workspace, stageKey(workspace, stage))
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
      const ready = await inPrecision(workspace, built.network, training)
      const trained = await trainNetwork(
        workspace,
        planOf(workspace.config, ready.network, workspace.config.seed),
        {
          training: examplesOf(workspace, training, contract, train.augmentation),
          validation: examplesOf(workspace, validation, contract),
        },
        { progress: workspace.progress, checkpoints },
      )
      return finish(workspace, prepared.dataset, trained, { training, validation, int8: ready.report })
    },
  })
  await dropCheckpoints(workspace, checkpoints)
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
  const { calibration, threshold } = await chooseAnswer(workspace, trained.network, parts.validation)
  const { cpu, node, chestnut } = machineFacts()
  const model = await finishModel(
    await withReference(trained.network, withoutTarget(config.target, parts.validation), engine, workspace.signal),
    {
      name: config.name,
      classes: [config.target],
      thresholds: [threshold],
      calibration: [calibration],
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
    metrics: { ...metrics, threshold },
  }
}

/** Validation films without the target, for the explanation's reference. */
function withoutTarget(target: string, films: CachedFilms): ReferenceFilms {
  const places = films.rows.flatMap((row, i) => (row.labels[target] === 0 ? [i] : []))
  return { count: places.length, read: index => films.read(places[index]!) }
}

/** Calibration and threshold, from the same path from film to answer that will be served. */
async function chooseAnswer(
  workspace: Workspace,
  network: Network,
  validation: CachedFilms,
): Promise<{ readonly calibration: ReturnType<typeof calibrate>; readonly threshold: number }> {
  const { target } = workspace.config
  await using draft = await draftClassifier(network, [target], workspace.engine)
  const { logits, rows } = await classifyRows(workspace, draft, validation, 'Calibrating')
  const labels = rows.map(row => row.labels[target] ?? 0)
  const calibration = calibrate(logits, labels)
  const threshold = chooseThreshold(
    logits.map(logit => calibrated(logit, calibration)),
    labels,
  )
  return { calibration, threshold }
}
