import { adam, adamw, binaryCrossEntropy, type Loss, type Optimizer } from '../../src/core/index.ts'
import type { HeadSpec } from '../../src/models/index.ts'
import type { Augmentation, Schedule } from '../../src/train/index.ts'

/** A way to train, on MobileNet's features of the NIH films. */
export interface Recipe {
  readonly name: string
  readonly head: HeadSpec
  /** The value of the file behind which layers are trained. Default: all of it is frozen. */
  readonly trainFrom?: string
  readonly precision?: 'float32' | 'int8'
  readonly augmentation?: Augmentation
  /** So many augmented variants of each film take turns, epoch after epoch; as many as epochs: fresh ones. Default: the films as they are. */
  readonly variants?: number
  /** A film's logit is the mean over itself and so many variants. Default 0. */
  readonly averaged?: number
  readonly epochs: number
  readonly batch: number
  readonly patience: number
  readonly rate: Schedule
  readonly optimizer: Optimizer
  readonly loss: Loss
  readonly classWeights?: 'balanced'
}

/** Whether it trains one layer on pooled features. */
export function isOneLayer({ head, trainFrom }: Recipe): boolean {
  return head.kind === 'linear' && trainFrom === undefined
}

export interface Comparison {
  readonly recipe: Recipe
  readonly against: Recipe
}

/** Gentle: what a film may look like on another day. */
export const mild: Augmentation = { rotate: 8, shift: 0.05, scale: 0.1, brightness: 0.05, contrast: 0.15 }
/** The guide's generator. */
const keras: Augmentation = { keras: {} }

/** One layer on frozen features, as `examples/nih` has it. */
const linear: Recipe = {
  name: 'frozen linear head',
  head: { kind: 'linear' },
  epochs: 100,
  batch: 32,
  patience: 10,
  rate: { kind: 'constant', rate: 0.0003 },
  optimizer: adam(),
  loss: binaryCrossEntropy(),
}

/** The same in as many epochs as there are fresh variants. */
const shorter: Recipe = {
  ...linear,
  name: '20 epochs at 0.001, no augmentation',
  epochs: 20,
  rate: { kind: 'constant', rate: 0.001 },
}

const augmented = (words: string, augmentation: Augmentation, variants: number): Recipe => ({
  ...shorter,
  name: `${words}, ${variants === shorter.epochs ? 'fresh in every epoch' : `pool of ${variants}`}`,
  augmentation,
  variants,
})

const tuned = (blocks: string, trainFrom: string): Recipe => ({
  ...linear,
  name: `${blocks} trained`,
  trainFrom,
  epochs: 30,
  rate: { kind: 'cosine', rate: 0.0003, warmUp: 2 },
})

const fresh = {
  mild: augmented('mild augmentation', mild, shorter.epochs),
  keras: augmented("Keras' augmentation", keras, shorter.epochs),
}

/** A pool's cost in quality: beside fresh variants in every epoch. */
export const pools: readonly Comparison[] = [
  { recipe: augmented('mild augmentation', mild, 2), against: fresh.mild },
  { recipe: augmented('mild augmentation', mild, 8), against: fresh.mild },
  { recipe: augmented("Keras' augmentation", keras, 2), against: fresh.keras },
  { recipe: augmented("Keras' augmentation", keras, 8), against: fresh.keras },
]

/** What each of them brings or costs over the frozen linear head. */
export const others: readonly Comparison[] = [
  { ...linear, name: 'weight decay 0.1', optimizer: adamw({ weightDecay: 0.1 }) },
  { ...linear, name: 'weight decay 1', optimizer: adamw({ weightDecay: 1 }) },
  { ...linear, name: 'warm-up and cosine', rate: { kind: 'cosine', rate: 0.0006, warmUp: 5 } } as const,
  { ...linear, name: 'class weights', classWeights: 'balanced' } as const,
  { ...linear, name: 'label smoothing 0.1', loss: binaryCrossEntropy({ smoothing: 0.1 }) },
  { ...linear, name: 'int8', precision: 'int8' } as const,
  { ...linear, name: 'mean of 9 looks at a film', augmentation: mild, averaged: 8 },
  shorter,
  fresh.mild,
  fresh.keras,
  tuned('last block', 'conv_pw_11_relu'),
  tuned('last two blocks', 'conv_pw_10_relu'),
  {
    ...linear,
    name: "the guide's dense head",
    head: { kind: 'dense' },
    epochs: 30,
    batch: 64,
    rate: { kind: 'constant', rate: 0.0001 },
  } as const,
].map(recipe => ({ recipe, against: linear }))
