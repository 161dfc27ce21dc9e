import { Problem } from '../core/index.ts'
import type { Graph } from '../graph/index.ts'
import { attentionBefore } from './attention.ts'
import { explanationGraph, referenceWeight } from './explain.ts'
import type { HeatSource } from './network.ts'
import { rolloutGraph } from './rollout.ts'

/** How a heat map is made; `none` where a model can give none. */
export type HeatMethod = 'difference' | 'grad-cam' | 'attention-rollout' | 'none'

/** What to know of a heat map before believing it. */
export interface Explanation {
  readonly method: HeatMethod
  /** One or two sentences for the person who looks at it, or why there is none. */
  readonly about: string
}

/** What is explained, and from what. */
export interface Explained {
  readonly explain: string
  readonly heatFrom?: HeatSource | undefined
  readonly classes: readonly unknown[]
}

/** The graph that answers and gives a heat map of the class that a run asks for. @throws Problem when the network cannot be explained */
export function heatGraph(graph: Graph, { explain, heatFrom, classes }: Explained): Graph {
  return heatFrom === 'attention'
    ? rolloutGraph(graph, explain)
    : explanationGraph(graph, explain, 'asked', classes.length)
}

/** How the network's heat maps are made; tried, so that a model whose heat cannot be computed says so beforehand. */
export function explanationOf(graph: Graph, explained: Explained): Explanation {
  try {
    heatGraph(graph, explained)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { method: 'none', about: `There is no heat map. ${error.message}.` }
  }
  const { explain, heatFrom } = explained
  if (heatFrom === 'attention') {
    const layers = attentionBefore(graph, explain).length
    return {
      method: 'attention-rollout',
      about: `Attention rollout over ${layers} layers: where the network gathered what it answered from. It uses no gradient, so it is the same for every finding and does not tell what speaks for one or against it.`,
    }
  }
  return graph.weights[referenceWeight] === undefined
    ? {
        method: 'grad-cam',
        about: `Grad-CAM at "${explain}": places that speak for the finding, among them anatomy that does so in every film.`,
      }
    : {
        method: 'difference',
        about: `HiResCAM of the difference at "${explain}": places that differ from films without the finding, as far as that speaks for it.`,
      }
}
