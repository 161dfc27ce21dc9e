import { Problem, type Random } from '../core/index.ts'
import { type Builder, build, int } from '../graph/index.ts'
import { heNormal, ones, zeros } from './initial-weights.ts'
import { type Backbone, type Dropout, logitsOutput, type Network, type Standardised } from './network.ts'
import type { DenseHeadSpec, HeadSpec, LinearHeadSpec } from './specs.ts'

interface Head {
  readonly value: string
  readonly parameters: readonly string[]
  readonly dropouts: readonly Dropout[]
  /** Where the head's first parameter works: what comes before may be computed once. */
  readonly start: string
  readonly standardised?: Standardised
}

/** Puts a head with new weights on a backbone. */
export function addHead(backbone: Backbone, spec: HeadSpec, classes: number, draw: Random): Network {
  const builder = build(backbone.graph.name, { ...backbone.graph, outputs: [] })
  const head =
    spec.kind === 'linear'
      ? linearHead(builder, backbone, spec, classes, draw)
      : denseHead(builder, backbone, spec, classes, draw)
  builder.output(builder.node('Identity', [head.value], {}, { name: logitsOutput }))
  return {
    graph: builder.finish(),
    contract: backbone.contract,
    boundary: backbone.trainFrom ?? head.start,
    explain: backbone.explain,
    parameters: [...backbone.parameters, ...head.parameters],
    dropouts: head.dropouts,
    ...(backbone.batchNorms?.length ? { batchNorms: backbone.batchNorms } : {}),
    ...(head.standardised ? { standardised: head.standardised } : {}),
  }
}

const pooling = { average: 'GlobalAveragePool', max: 'GlobalMaxPool' } as const

/** The last layer starts at 0 on standardised features: every film then begins at the same answer. */
function linearHead(builder: Builder, backbone: Backbone, spec: LinearHeadSpec, classes: number, draw: Random): Head {
  const width = channelsOf(backbone)
  const pooled = builder.node(pooling[spec.pool ?? backbone.pool], [backbone.features])
  const features = builder.node('Flatten', [pooled], { axis: int(1) })
  const frozen = backbone.trainFrom === undefined
  const standardised = frozen ? standardise(builder, features, width) : undefined
  const weight = builder.weight(
    builder.fresh('head/weight'),
    frozen ? zeros([classes, width]) : heNormal([classes, width], width, draw),
  )
  const bias = builder.weight(builder.fresh('head/bias'), zeros([classes]))
  const value = builder.node('Gemm', [standardised?.value ?? features, weight, bias], { transB: int(1) })
  return {
    value,
    parameters: [weight, bias],
    dropouts: [],
    start: features,
    ...(standardised ? { standardised: standardised.facts } : {}),
  }
}

function standardise(
  builder: Builder,
  features: string,
  width: number,
): { readonly value: string; readonly facts: Standardised } {
  const mean = builder.weight(builder.fresh('head/mean'), zeros([width]))
  const scale = builder.weight(builder.fresh('head/scale'), ones([width]))
  const value = builder.node('Mul', [builder.node('Sub', [features, mean]), scale])
  return { value, facts: { features, mean, scale } }
}

function denseHead(builder: Builder, backbone: Backbone, spec: DenseHeadSpec, classes: number, draw: Random): Head {
  const units = spec.units ?? [1024, 512, 256]
  const rates = spec.dropout ?? (spec.units === undefined ? [0.5, 0.3, 0.3, 0.3] : [])
  const start = builder.node('Flatten', [backbone.features], { axis: int(1) })
  const parameters: string[] = []
  const dropouts: Dropout[] = []
  const drop = (value: string, i: number): string => {
    const rate = rates[i] ?? 0
    if (rate > 0) dropouts.push({ value, rate })
    return value
  }
  let width = flatWidth(backbone)
  const layer = (from: string, to: number, name: string): string => {
    const weight = builder.weight(builder.fresh(`${name}/weight`), heNormal([to, width], width, draw))
    const bias = builder.weight(builder.fresh(`${name}/bias`), zeros([to]))
    parameters.push(weight, bias)
    width = to
    return builder.node('Gemm', [from, weight, bias], { transB: int(1) })
  }
  let value = drop(start, 0)
  units.forEach((size, i) => {
    value = drop(builder.node('Relu', [layer(value, size, `head/dense${i + 1}`)]), i + 1)
  })
  return { value: layer(value, classes, 'head/logits'), parameters, dropouts, start }
}

function channelsOf(backbone: Backbone): number {
  const channels = backbone.featureShape[1]
  if (typeof channels === 'number') return channels
  throw new Problem(`Cannot put a head on "${backbone.features}": its number of channels is not known`)
}

function flatWidth(backbone: Backbone): number {
  const [, ...rest] = backbone.featureShape
  let width = 1
  for (const size of rest) {
    if (typeof size !== 'number') {
      throw new Problem(
        `Cannot put a dense head on "${backbone.features}": its shape [${backbone.featureShape.join(', ')}] is not fixed`,
        { next: 'use head: linear()' },
      )
    }
    width *= size
  }
  return width
}
