import { nearest, type Tensor } from '../../core/index.ts'
import { zeros } from '../initial-weights.ts'
import type { LayerWeights, Role } from './layers.ts'
import { inLayout, inOurLayout, summedChannels } from './origin-layout.ts'
import { keysOf, type Recognised, type WeightsFile } from './recognise.ts'

/** Numbers that are read from a file as they are asked for. What is missing or misshapen is 0 and remembered. */
export interface FileWeights extends LayerWeights {
  /** The first thing that is wrong, as the end of a sentence; undefined when all was there and nothing is left over. */
  fault(): string | undefined
}

/** Parts behind the features, which no backbone needs. */
const behind = /^(classifier|fc\d?|pre_logits|head|predictions|probs|conv_preds|logits|last_linear|top)\b/

export interface FileWeightsOptions {
  /** The first convolution. A file's may have three channels where one is asked for: for equal channels their sum is the same. */
  readonly stem: string
  /** True: compares names and shapes alone, and gives zeros. */
  readonly namesOnly?: boolean
}

export function fileWeights(
  { weights: { tensors } }: WeightsFile,
  { origin, prefix }: Recognised,
  { stem, namesOnly = false }: FileWeightsOptions,
): FileWeights {
  const { layout } = origin
  const read = new Set<string>()
  const missing: string[] = []
  const misshapen: string[] = []

  const take = (layer: string, role: Role, shape: readonly number[]): Tensor | undefined => {
    const keys = keysOf(origin, layer, role).map(key => `${prefix}${key}`)
    const key = keys.find(name => Object.hasOwn(tensors, name))
    const found = key === undefined ? undefined : tensors[key]
    if (key === undefined || found === undefined) {
      missing.push(`"${keys[0]}" ${sizes(inLayout(layout, shape))}`)
      return undefined
    }
    read.add(key)
    const grey = layer === stem && role === 'weight' && shape[1] === 1
    const wanted = grey ? [shape, [shape[0] ?? 0, 3, ...shape.slice(2)]] : [shape]
    const plain = wanted.some(each => same(found.shape, inLayout(layout, each)))
    const depthwise = !plain && shape[1] === 1 && same(found.shape, inLayout(layout, shape, true))
    if (found.dtype !== 'float32' || (!plain && !depthwise)) {
      misshapen.push(
        `"${key}" is ${found.dtype} ${sizes(found.shape)}, float32 ${sizes(inLayout(layout, shape))} was wanted`,
      )
      return undefined
    }
    if (namesOnly) return undefined
    const ours = inOurLayout(layout, found, depthwise)
    return grey ? summedChannels(ours) : ours
  }

  return {
    of: (layer, role, shape) => take(layer, role, shape) ?? zeros(shape),
    fault: () => {
      // A network within a larger one shows itself by convolutions that nobody asked for.
      const surplus = Object.entries(tensors)
        .filter(([key, { shape }]) => shape.length === 4 && !read.has(key) && !behind.test(key.slice(prefix.length)))
        .map(([key]) => key)
      const [first] = [...misshapen, ...missing.map(each => lacking(each, surplus))]
      if (first !== undefined) return `${first}${andMore(misshapen.length + missing.length - 1)}`
      return surplus[0] === undefined
        ? undefined
        : `it holds "${surplus[0]}"${andMore(surplus.length - 1)} too, which this network does not have`
    },
  }
}

function lacking(missing: string, surplus: readonly string[]): string {
  const near = nearest(missing.split('"')[1] ?? '', surplus)
  return `it lacks ${missing}${near === undefined ? '' : `, the nearest that it holds is "${near}"`}`
}

const andMore = (count: number): string => (count > 0 ? ` (and ${count} more)` : '')
const sizes = (shape: readonly number[]): string => `[${shape.join(', ')}]`
const same = (a: readonly number[], b: readonly number[]): boolean => String(a) === String(b)
