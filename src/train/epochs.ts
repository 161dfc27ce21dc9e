import { Problem } from '../core/index.ts'
import { withWeights } from '../graph/index.ts'
import type { Network } from '../models/index.ts'
import type { BestWeights } from './checkpoint.ts'
import { type Course, finish } from './course.ts'
import { judgeEpoch } from './judge-epoch.ts'
import { learnEpoch } from './learn-epoch.ts'
import type { EpochRecord, TrainEvent, Trained } from './plan.ts'
import { standardisation } from './standardise.ts'

/** Epoch after epoch: learn, judge, keep the best; until the plan's end or the end of patience. */
export async function* epochs(course: Course): AsyncGenerator<TrainEvent, Trained, void> {
  const { plan, inputs, learner, past, notFinite, from } = course
  for (let epoch = from?.place.epoch ?? 1; epoch <= plan.epochs; epoch++) {
    const begun = epoch === from?.place.epoch ? from : undefined
    const { learned, sums } = yield* learnEpoch(course, epoch, begun)
    const judged = yield* judgeEpoch(course, { epoch, sums, begun })
    const isBest = past.patience.see(epoch, judged.validationLoss)
    const record = { epoch, ...learned, ...judged, best: isBest }
    past.history.push(record)
    yield { kind: 'epoch', ...record }
    if (isBest) {
      const parameters = await learner.parameters()
      notFinite.checkWeights(parameters, epoch)
      past.best = { epoch, parameters: { ...parameters, ...standardisation(inputs.network) } }
      yield { kind: 'best', ...past.best }
    }
    const reason = epoch === plan.epochs ? 'epochs' : past.patience.outOfPatience(epoch) ? 'patience' : undefined
    if (reason === undefined) continue
    yield* finish(course, epoch)
    yield { kind: 'stopped', reason }
    break
  }
  return trainedOf(inputs.network, past)
}

/** @param network the one that was trained, or as it was before */
export function trainedOf(
  network: Network,
  { best, history }: { readonly best?: BestWeights | undefined; readonly history: readonly EpochRecord[] },
): Trained {
  if (best === undefined) throw new Problem('Cannot end the training: no epoch was judged')
  const graph = withWeights(network.graph, best.parameters)
  return { network: { ...network, graph }, history, bestEpoch: best.epoch }
}
