/** The words of a configuration that depend on where the films come from. */
export interface SourceText {
  /** What is imported from `chestnut` for it. */
  readonly import: string
  readonly call: string
}

export const phantomSource: SourceText = { import: 'phantoms', call: 'phantoms({ patients: 400 })' }

/** A configuration with its choices spelled out, ready to be edited. */
export function configTemplate(source: SourceText): string {
  return `import { adam, defineConfig, linear, ${source.import}, vggSmall } from 'chestnut'

export default defineConfig({
  // Where the films come from.
  data: ${source.call},

  // The finding to detect, told apart from every other film ('rest') or from films without any ('No Finding').
  // Several at once: targets: ['Pneumonia', 'Effusion'] or targets: 'all', without balance below.
  target: 'Pneumonia',
  negatives: 'rest',

  // Decides every random draw: the same seed gives the same model.
  seed: 42,

  // Films of one patient always stay in one part.
  split: { by: 'patient', test: 0.2, validation: 0.1, balance: true },

  // A small network from scratch. For real films take a pretrained one: pretrained({ network: 'densenet121', weights: 'FILE' }).
  backbone: vggSmall(),
  head: linear(),

  train: {
    epochs: 30,
    batch: 16,
    patience: 10,
    optimizer: adam(),
    rate: { kind: 'cosine', rate: 0.002, warmUp: 1 },
    // A network from scratch needs it; leave it out where the backbone is pretrained and frozen.
    augmentation: { rotate: 5, shift: 0.05, scale: 0.1, brightness: 0.05, contrast: 0.1 },
  },
})
`
}
