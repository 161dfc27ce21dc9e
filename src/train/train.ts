import { withUpdate } from '../autodiff/index.ts'
import { binaryCrossEntropy, Problem, systemClock } from '../core/index.ts'
import type { Program } from '../engine/index.ts'
import type { Graph } from '../graph/index.ts'
import type { Checkpoint } from './checkpoint.ts'
import { checkpointer } from './checkpointer.ts'
import { withChoices } from './choose-convolutions.ts'
import { classWeightsOf } from './class-weights.ts'
import { pastOf } from './course.ts'
import { epochs, trainedOf } from './epochs.ts'
import { imagesOf } from './images.ts'
import { type Inputs, prepareInputs } from './inputs.ts'
import { learner as learnerOver, normName } from './learner.ts'
import { loadOptions } from './load-options.ts'
import { type FrozenTrace, notFinite } from './not-finite.ts'
import { lossOutput, type Objective, objectiveOf } from './objective.ts'
import type { Plan, TrainData, TrainEvent, Trained, TrainTools } from './plan.ts'
import { refusePool } from './refuse-pool.ts'
import { type SplitNetwork, splitNetwork } from './split-network.ts'
import { watchTraining } from './watch-training.ts'

/**
 * Trains a network and tells what happens: nothing is printed, uploaded or registered, and nothing kept but by the `checkpoints`
 * that are handed in. The same plan and data give the same bits on one machine, however often the training was interrupted and went
 * on from a checkpoint; and whatever the timing, but where convolutions are measured: then the same `choices` do.
 *
 * What lies before the network's boundary is frozen. Where films are the same in every epoch, what it makes of them is computed
 * once; else it runs on every batch.
 *
 * @returns the network with the weights of the epoch that had the lowest validation loss
 * @throws {Interrupted} when the signal was aborted, after the step that had begun and a checkpoint; the last `best` event holds the
 * best weights so far
 * @throws {Problem} when a number is none any more, or a part has no films
 */
export async function* train(
  plan: Plan,
  data: TrainData,
  tools: TrainTools,
): AsyncGenerator<TrainEvent, Trained, void> {
  checkPlan(plan, data)
  const from = yield* latest(tools, Math.ceil(data.training.count / plan.batch))
  if (from?.ended) return { ...trainedOf(plan.network, from), choices: from.choices }
  const same = yield* withChoices(from?.choices === undefined ? plan : { ...plan, choices: from.choices }, data, tools)
  if (!tools.profile) return yield* trainFrom(from, same, data, tools)
  const watch = watchTraining(data, tools)
  const trained = yield* trainFrom(from, same, watch.data, watch.tools)
  yield { kind: 'profile', profile: watch.profile() }
  return trained
}

async function* trainFrom(
  from: Checkpoint | undefined,
  plan: Plan,
  data: TrainData,
  tools: TrainTools,
): AsyncGenerator<TrainEvent, Trained, void> {
  const inGraph = plan.augmentIn === 'graph' && data.training.withChanges !== undefined
  const inputs = yield* prepareInputs(plan, data, tools, inGraph)
  try {
    return { ...(yield* trainTail({ plan, data, inputs, tools, inGraph, from })), choices: plan.choices }
  } finally {
    await inputs.close()
  }
}

function checkPlan(plan: Plan, { training, validation }: TrainData): void {
  refusePool(plan.network, { pool: training.pool?.variants })
  if (training.count === 0) throw new Problem('Cannot train: there are no films in the training part')
  if (validation.count === 0) throw new Problem('Cannot train: there are no films in the validation part')
  if (plan.epochs < 1 || plan.batch < 1) {
    throw new Problem(`Cannot train for ${plan.epochs} epochs in batches of ${plan.batch}: both must be at least 1`)
  }
}

/** What an earlier run left. @param steps of each epoch */
async function* latest(
  { checkpoints }: TrainTools,
  steps: number,
): AsyncGenerator<TrainEvent, Checkpoint | undefined, void> {
  if (checkpoints === undefined) return undefined
  const { checkpoint, warnings } = await checkpoints.latest()
  for (const text of warnings) yield { kind: 'warning', text }
  if (checkpoint === undefined) return undefined
  const { place, ended, spent } = checkpoint
  yield { kind: 'resumed', place, steps, ended, spent }
  return checkpoint
}

interface Begun {
  readonly plan: Plan
  readonly data: TrainData
  readonly inputs: Inputs
  readonly tools: TrainTools
  /** Whether films are changed in the graph. */
  readonly inGraph: boolean
  readonly from: Checkpoint | undefined
}

async function* trainTail(begun: Begun): AsyncGenerator<TrainEvent, Trained, void> {
  const { plan, inputs, tools, from } = begun
  const { network, training, validation } = inputs
  const split = splitNetwork(network, { augments: begun.inGraph, choices: plan.choices })
  const classes = training.examples.labels.length / training.examples.count
  const loss = plan.loss ?? binaryCrossEntropy()
  const weights = classWeightsOf(plan.classWeights, loss, training.examples, classes)
  const objective = objectiveOf(split.tail, network.parameters, {
    loss,
    classWeights: weights,
    batchNorms: network.batchNorms,
    precision: plan.precision,
    lossScaling: plan.lossScaling,
  })
  const load = (graph: Graph): Promise<Program> => loadTail(begun, split, { ...objective, graph })
  await using program = await load(objective.graph)
  if (from !== undefined) await program.write(from.state)
  const learner = learnerOver(program, {
    parameters: [...network.parameters, ...Object.keys(objective.state)],
    when: objective.when,
  })
  const keeper = checkpointer(tools.checkpoints, tools.clock ?? systemClock)
  try {
    return yield* epochs({
      plan,
      loss,
      classes,
      inputs,
      tools,
      learner,
      checkpointer: keeper,
      notFinite: notFinite({
        plan,
        network,
        training,
        validation,
        learner,
        learning: objective.graph,
        loadLearning: load,
        frozen: frozenTrace(begun, split),
      }),
      from,
      past: pastOf(plan, from, tools.clock),
    })
  } finally {
    await keeper.settle()
  }
}

function loadTail({ plan, tools }: Begun, split: SplitNetwork, objective: Objective): Promise<Program> {
  return tools.engine.load(objective.graph, {
    ...loadOptions(tools),
    update: {
      optimizer: plan.optimizer,
      gradients: objective.gradients,
      norm: normName,
      guard: lossOutput,
      nodes: withUpdate,
      ...(plan.clip === undefined ? {} : { clip: plan.clip }),
      ...(objective.when === undefined ? {} : { when: objective.when }),
    },
    initial: objective.initial,
    state: { ...objective.state, ...objective.scaling },
    ...(objective.forward === undefined ? {} : { forward: objective.forward }),
    masks: { seed: plan.seed, rates: Object.fromEntries(split.masks.map(({ input, rate }) => [input, rate])) },
  })
}

/** For whoever looks for where numbers ended. */
function frozenTrace({ data, tools, inGraph }: Begun, { frozen }: SplitNetwork): FrozenTrace | undefined {
  return (
    frozen && {
      graph: frozen,
      load: graph => tools.engine.load(graph, loadOptions(tools)),
      images: imagesOf(data.training, inGraph),
    }
  )
}
