import { median } from '../benchmark.ts'
import type { Measured } from './measure.ts'
import { job, type Sizes } from './sizes.ts'

/** What Chestnut takes unless told, to bring a backbone to int8: films for the ranges, and to compare both precisions. */
const int8 = { films: 64, probe: 512 } as const

/** Variants of a film in the pools that are compared. */
export const pools = [8, 2] as const

/** What a side takes for a film, a step and the like: medians of its turns, in seconds; NaN for what it was not asked. */
export interface Pace {
  readonly start: number
  /** To read a film. */
  readonly film: number
  /** To augment a film and to compute its features. */
  readonly features: number
  /** To bring a backbone to int8: for each film that decides its ranges, and besides. */
  readonly quantise: { readonly film: number; readonly rest: number }
  readonly fresh: EpochPace
  readonly pooled: EpochPace
}

interface EpochPace {
  readonly step: number
  /** What comes after the last step: judging and keeping the weights. */
  readonly rest: number
}

export function paceOf({ start, answers }: Measured, { files, quantise: [few, more] }: Sizes): Pace {
  const of = (turn: string, place = 0): number =>
    median((answers.get(turn) ?? []).map(numbers => numbers[place] ?? Number.NaN))
  const features = [...answers.keys()].find(turn => turn.startsWith('features ')) ?? ''
  const perFilm = Math.max(0, of(`quantise ${more}`) - of(`quantise ${few}`)) / (more - few)
  return {
    start,
    film: of('decode') / files,
    features: of(features),
    quantise: { film: perFilm, rest: of(`quantise ${few}`) - few * perFilm },
    fresh: { step: of('fresh'), rest: of('fresh', 1) },
    pooled: { step: of('pooled'), rest: of('pooled', 1) },
  }
}

/** Seconds of a whole job, by what it spends them on: measured pieces, times how often the job needs them. */
export type Parts = Readonly<Record<string, number>>

const epochsOf = ({ step, rest }: EpochPace): number => job.epochs * ((job.training / job.batch) * step + rest)

/** The whole jobs, by their names. @param pace of each contender, by its key */
export function jobs(pace: (key: string) => Pace): Readonly<Record<string, Parts>> {
  const [float32, whole, keras] = [pace('float32'), pace('int8'), pace('keras')]
  const films = ({ start, film }: Pace): Parts => ({ start, films: film * (job.training + job.validation) })
  const ranges = whole.quantise.rest + int8.films * whole.quantise.film
  const toInt8 = { int8: ranges + int8.probe * (float32.features + whole.features) }
  const fresh = (side: Pace): Parts => ({ features: job.validation * side.features, epochs: epochsOf(side.fresh) })
  const pooled = (side: Pace, variants: number): Parts => ({
    features: (variants * job.training + job.validation) * side.features,
    epochs: epochsOf(side.pooled),
  })
  const found: Record<string, Parts> = {
    'Keras, fresh': { start: keras.start, epochs: epochsOf(keras.fresh) },
    'Chestnut float32, fresh': { ...films(float32), ...fresh(float32) },
    'Chestnut int8, fresh': { ...films(whole), ...toInt8, ...fresh(whole) },
  }
  for (const variants of pools) {
    found[`Chestnut float32, pool ${variants}`] = { ...films(float32), ...pooled(float32, variants) }
    found[`Chestnut int8, pool ${variants}`] = { ...films(whole), ...toInt8, ...pooled(whole, variants) }
    for (const [key, name] of [['torch', 'float32'] as const, ['torch-bf16', 'bf16'] as const]) {
      found[`PyTorch ${name}, pool ${variants}`] = { ...films(pace(key)), ...pooled(pace(key), variants) }
    }
  }
  return found
}
