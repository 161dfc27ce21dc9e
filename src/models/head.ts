import { Problem, type Random } from '../core/index.ts'
import { type Builder, build, int } from '../graph/index.ts'
import { glorotUniform, heNormal, ones, zeros } from './initial-weights.ts'
import { type Backbone, type Dropout, logitsOutput, type Network, type Standardised } from './network.ts'
import type { DenseHeadSpec, HeadSpec, LinearHeadSpec, Pool } from './specs.ts'

interface Head {
  readonly value: string
  readonly parameters: readonly string[]
  readonly dropouts: readonly Dropout[]
  /** Where the head's first parameter works: what comes before may be computed once. */
  readonly start: string
  /** Whether it stands on the class token alone. */
  readonly onClassToken: boolean
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
    frozenEnd: backbone.trainFrom ?? (head.onClassToken ? head.start : backbone.features),
    ...explained(backbone, head),
    parameters: [...backbone.parameters, ...head.parameters],
    dropouts: head.dropouts,
    ...(backbone.batchNorms?.length ? { batchNorms: backbone.batchNorms } : {}),
    ...(head.standardised ? { standardised: head.standardised } : {}),
  }
}

function explained({ attended, explain }: Backbone, { onClassToken }: Head): Pick<Network, 'explain' | 'heatFrom'> {
  return onClassToken && attended !== undefined ? { explain: attended, heatFrom: 'attention' } : { explain }
}

const pooling = { average: 'GlobalAveragePool', max: 'GlobalMaxPool' } as const

/** One number a channel: [N, C]. */
function pooled(builder: Builder, backbone: Backbone, pool: Pool): string {
  if (pool !== 'class')
    return builder.node('Flatten', [builder.node(pooling[pool], [backbone.features])], { axis: int(1) })
  if (backbone.classToken !== undefined) return backbone.classToken
  throw new Problem(`Cannot stand a head on the class token of "${backbone.features}": the backbone has none`, {
    next: "use head: linear({ pool: 'average' })",
  })
}

/** The last layer starts at 0 on standardised features: every film then begins at the same answer. */
function linearHead(builder: Builder, backbone: Backbone, spec: LinearHeadSpec, classes: number, draw: Random): Head {
  const width = channelsOf(backbone)
  const pool = spec.pool ?? backbone.pool
  const features = pooled(builder, backbone, pool)
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
    onClassToken: pool === 'class',
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
  const onClassToken = backbone.pool === 'class'
  const start = onClassToken
    ? pooled(builder, backbone, 'class')
    : builder.node('Flatten', [backbone.features], { axis: int(1) })
  const parameters: string[] = []
  const dropouts: Dropout[] = []
  const drop = (value: string, i: number): string => {
    const rate = rates[i] ?? 0
    if (rate > 0) dropouts.push({ value, rate })
    return value
  }
  let width = onClassToken ? channelsOf(backbone) : flatWidth(backbone)
  const layer = (from: string, to: number, name: string): string => {
    const shape = [to, width] as const
    const drawn = spec.initial === 'glorot-uniform' ? glorotUniform(shape, draw) : heNormal(shape, width, draw)
    const weight = builder.weight(builder.fresh(`${name}/weight`), drawn)
    const bias = builder.weight(builder.fresh(`${name}/bias`), zeros([to]))
    parameters.push(weight, bias)
    width = to
    return builder.node('Gemm', [from, weight, bias], { transB: int(1) })
  }
  let value = drop(start, 0)
  units.forEach((size, i) => {
    value = drop(builder.node('Relu', [layer(value, size, `head/dense${i + 1}`)]), i + 1)
  })
  return { value: layer(value, classes, 'head/logits'), parameters, dropouts, start, onClassToken }
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
