import { withUpdate } from '../autodiff/index.ts'
import { binaryCrossEntropy, Problem } from '../core/index.ts'
import { classWeightsOf } from './class-weights.ts'
import { type Course, epochs } from './epochs.ts'
import { type Inputs, prepareInputs } from './inputs.ts'
import { learner, normName } from './learner.ts'
import { loadOptions } from './load-options.ts'
import { objectiveOf } from './objective.ts'
import type { Plan, TrainData, TrainEvent, Trained, TrainTools } from './plan.ts'
import { refusePool } from './refuse-pool.ts'
import { splitNetwork } from './split-network.ts'

/**
 * Trains a network and tells what happens: nothing is printed, uploaded or registered. The same plan and data give the same
 * bits on one machine, whatever the timing.
 *
 * What lies before the network's boundary is frozen. Where films are the same in every epoch, what it makes of them is computed
 * once; else it runs on every batch.
 *
 * @returns the network with the weights of the epoch that had the lowest validation loss
 * @throws {Interrupted} when the signal was aborted, after the step that had begun; the last `checkpoint` event holds the best
 * weights so far
 * @throws {Problem} when the loss is no finite number any more, or a part has no films
 */
export async function* train(
  plan: Plan,
  data: TrainData,
  tools: TrainTools,
): AsyncGenerator<TrainEvent, Trained, void> {
  checkPlan(plan, data)
  const inGraph = plan.augmentIn === 'graph' && data.training.withChanges !== undefined
  const inputs = yield* prepareInputs(plan, data, tools, inGraph)
  try {
    return yield* trainTail(plan, inputs, tools, inGraph)
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

async function* trainTail(
  plan: Plan,
  inputs: Inputs,
  tools: TrainTools,
  inGraph: boolean,
): AsyncGenerator<TrainEvent, Trained, void> {
  const { network, training } = inputs
  const split = splitNetwork(network, inGraph)
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
  await using program = await tools.engine.load(objective.graph, {
    ...loadOptions(tools),
    update: {
      optimizer: plan.optimizer,
      gradients: objective.gradients,
      norm: normName,
      nodes: withUpdate,
      ...(plan.clip === undefined ? {} : { clip: plan.clip }),
      ...(objective.when === undefined ? {} : { when: objective.when }),
    },
    initial: objective.initial,
    state: { ...objective.state, ...objective.scaling },
    ...(objective.forward === undefined ? {} : { forward: objective.forward }),
    masks: { seed: plan.seed, rates: Object.fromEntries(split.masks.map(({ input, rate }) => [input, rate])) },
  })
  const course: Course = {
    plan,
    loss,
    classes,
    inputs,
    tools,
    learner: learner(program, {
      parameters: [...network.parameters, ...Object.keys(objective.state)],
      when: objective.when,
    }),
  }
  return yield* epochs(course)
}
