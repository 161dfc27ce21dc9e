import { int64 } from '../../core/index.ts'
import { type Builder, build, type Graph, int } from '../../graph/index.ts'
import type { CalibrationMap } from '../calibration.ts'
import { logitsOutput } from '../network.ts'
import { castTo, double, doubleNodes } from './resample-nodes.ts'

/** The name of the output that an exported model gives: calibrated, float64 [classes]. */
export const probabilityOutput = 'probability'

/** The calibrations as nodes: logits float32 [1, K] → probability float64 [K]. */
export function answerGraph(maps: readonly CalibrationMap[], opset: number): Graph {
  const nodes = build('answer', {
    name: 'answer',
    opset,
    inputs: [],
    outputs: [],
    nodes: [],
    weights: {},
    metadata: {},
  })
  const logits = nodes.input({ name: logitsOutput, dtype: 'float32', shape: [1, maps.length] })
  const row = nodes.node('Reshape', [
    nodes.node('Cast', [logits], { to: castTo.float64 }),
    nodes.constant(int64([1], [maps.length])),
  ])
  const calibrated = maps.map((map, k) => {
    const logit = nodes.node('Gather', [row, nodes.constant(int64([1], [k]))], { axis: int(0) })
    return map.kind === 'temperature' ? onLine(nodes, logit, map) : onLines(nodes, logit, map)
  })
  const joined = nodes.node('Concat', calibrated, { axis: int(0) })
  nodes.output(nodes.node('Sigmoid', [joined], {}, { name: probabilityOutput }))
  return nodes.finish()
}

type MapOf<Kind> = Extract<CalibrationMap, { readonly kind: Kind }>

function onLine(build: Builder, logit: string, { temperature, shift }: MapOf<'temperature'>): string {
  const node = doubleNodes(build)
  return node('Add', node('Div', logit, temperature), shift)
}

/** Straight lines between knots: the inner knots below the logit say between which two it lies. */
function onLines(build: Builder, logit: string, { logits, values }: MapOf<'isotonic'>): string {
  const node = doubleNodes(build)
  const [at, become] = [logits, values].map(each => build.constant(double(...each)))
  const below = node('Less', build.constant(double(...logits.slice(1, -1), Number.POSITIVE_INFINITY)), logit)
  const left = build.node(
    'ReduceSum',
    [build.node('Cast', [below], { to: castTo.int64 }), build.constant(int64([1], [0]))],
    { keepdims: int(1) },
  )
  const right = build.node('Add', [left, build.constant(int64([1], [1]))])
  const pick = (from: string, place: string): string => build.node('Gather', [from, place], { axis: int(0) })
  const [x0, x1, y0, y1] = [pick(at!, left), pick(at!, right), pick(become!, left), pick(become!, right)]
  const share = node('Div', node('Sub', logit, x0!), node('Sub', x1!, x0!))
  return node('Add', y0!, node('Mul', share, node('Sub', y1!, y0!)))
}
