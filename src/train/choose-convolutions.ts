import { systemClock } from '../core/index.ts'
import { type Candidate, fasterForm, type WinogradLayer, winogradLayers } from '../models/index.ts'
import type { Choices } from './choices.ts'
import { sourceDigest } from './feature-source.ts'
import { filmsAtATime } from './frozen-part.ts'
import type { Examples, Plan, TrainData, TrainEvent, TrainTools } from './plan.ts'
import { splitNetwork } from './split-network.ts'

/**
 * Operations that a layer must take in the whole training before its forms are measured: half a minute of a fast processor. What is
 * smaller is not worth the measuring, and small trainings give the same bits whatever else the machine does.
 */
const worthwhile = 1e13

/** The plan with the forms of its convolutions: as given, else measured where that pays. */
export async function* withChoices(
  plan: Plan,
  data: TrainData,
  tools: TrainTools,
): AsyncGenerator<TrainEvent, Plan, void> {
  const choices = plan.choices ?? (plan.convolutions === 'measured' ? await measure(plan, data, tools) : {})
  if (Object.keys(choices).length > 0) yield { kind: 'choices', choices }
  return { ...plan, choices }
}

async function measure(plan: Plan, data: TrainData, tools: TrainTools): Promise<Choices> {
  const worth = worthMeasuring(plan, data)
  const frozen = worth.filter(({ gradients }) => gradients === undefined)
  const trained = worth.filter(({ gradients }) => gradients !== undefined)
  return { ...(await frozenForms(plan, frozen, tools)), ...(await fasterForms(trained, tools)) }
}

/** Those that are kept beside the features, where there are any: what was computed in other forms would not be found again. */
async function frozenForms({ network }: Plan, candidates: readonly Candidate[], tools: TrainTools): Promise<Choices> {
  const { featureCache, engine } = tools
  const { frozen } = splitNetwork(network)
  if (candidates.length === 0 || frozen === undefined || featureCache === undefined)
    return fasterForms(candidates, tools)
  const digest = sourceDigest(frozen, featureCache, engine)
  const known = await featureCache.forms(digest)
  const unknown = candidates.filter(({ layer }) => known[layer.name] === undefined)
  if (unknown.length === 0) return known
  const forms = { ...known, ...(await fasterForms(unknown, tools)) }
  await featureCache.keepForms(digest, forms)
  return forms
}

async function fasterForms(candidates: readonly Candidate[], tools: TrainTools): Promise<Choices> {
  const { engine, threads, signal, clock = systemClock } = tools
  const forms: Record<string, string> = {}
  for (const candidate of candidates) {
    forms[candidate.layer.name] = await fasterForm(candidate, { engine, threads, signal, clock })
  }
  return forms
}

/** The layers whose forms are worth measuring, as they work in this training. */
export function worthMeasuring(plan: Plan, { training, validation, features }: TrainData): readonly Candidate[] {
  const { frozen, tail, input } = splitNetwork(plan.network)
  const looks = (examples: Examples, epochs: number): number =>
    examples.count * (examples.fixed ? 1 : (examples.pool?.variants ?? epochs))
  const inEpochs = training.count * plan.epochs
  const before =
    frozen === undefined || features !== undefined || frozen.nodes.some(({ op }) => isWhole(op))
      ? []
      : winogradLayers(frozen).map((layer): [number, Candidate] => [
          looks(training, plan.epochs) + looks(validation, plan.epochs),
          { layer, films: Math.min(filmsAtATime, training.count) },
        ])
  const behind = winogradLayers(tail).map((layer): [number, Candidate] => [
    // Forward, and once or twice as much backward.
    2 * inEpochs,
    {
      layer,
      films: Math.min(plan.batch, training.count),
      gradients: layer.node.inputs[0] === input ? 'filters' : 'all',
    },
  ])
  const mixed = plan.precision === 'mixed'
  return [...before, ...(mixed ? [] : behind)]
    .filter(([films, { layer }]) => films * operations(layer) >= worthwhile)
    .map(([, candidate]) => candidate)
}

/** Of one film, in the direct form: a multiplication and an addition count as two. */
function operations({ channels, filters, down, across }: WinogradLayer): number {
  return 2 * 9 * channels * filters * down.output * across.output
}

/** Such graphs count in whole numbers, which Winograd's form would round. */
function isWhole(op: string): boolean {
  return /^(QLinear|Quantize|Dequantize)/.test(op)
}
