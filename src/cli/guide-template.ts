import { join, relative } from 'node:path'
import type { GuideCheckout, GuideMachine } from '../project/index.ts'

/** The configuration of a checkout of the guide's project, as text. @param base the folder in which it is written */
export function guideTemplate(found: GuideCheckout, base: string): string {
  const { training, split } = found
  const target = training.target ?? 'Pneumonia'
  const prevalence = split?.prevalence[target]
  const data = dataText(found, base)
  const makers = ['binaryCrossEntropy', 'defineConfig', 'dense', 'kerasAdam', 'kerasAugmentation', 'pretrained']
  const cloud = [...(found.bucket === undefined ? [] : ['s3']), ...(found.machines.length === 0 ? [] : ['existing'])]
  return `import { ${[...makers, data.import, ...cloud].sort().join(', ')} } from 'chestnut'

// What the guide's project trains, taken over from its files. docs/guide.md says what is done better here, and how.
export default defineConfig({
${data.text}
  target: ${word(target)},
  negatives: 'rest',
${data.split}${
  prevalence === undefined || prevalence <= 0 || prevalence >= 1
    ? ''
    : `
  // The guide's training set is half positive, its testing set is not: probabilities are for the share that the latter has.
  calibration: { prevalence: ${Number(prevalence.toPrecision(3))} },
`
}
  backbone: pretrained({
    network: 'vgg16',
    // As Keras keeps it in ~/.keras/models; Chestnut downloads no weights.
    weights: process.env['VGG16_WEIGHTS'] ?? 'vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5',
    cut: ${word(training.cut ?? 'block5_pool')},
    trainFrom: ${word(lastConvolution(training.cut))},
    contract: { size: ${training.size ?? 224}, interpolation: 'nearest', order: 'rgb', range: [0, 1], mean: [0], deviation: [1] },
  }),
  head: dense({ units: ${list(training.units ?? [1024, 512, 256])}, dropout: ${list(training.dropout ?? [0.5, 0.3, 0.3, 0.3])}, initial: 'glorot-uniform' }),
  train: {
    epochs: ${training.epochs ?? 30},
    batch: ${training.batch ?? 64},
    patience: ${training.patience ?? 10},
    loss: binaryCrossEntropy(),
    optimizer: kerasAdam(),
    rate: { kind: 'constant', rate: ${training.rate ?? 0.0001} },
    augmentation: kerasAugmentation(${changesText(training.augmentation)}),
  },
${cloudText(found)}})
`
}

/** Of the block that the script cuts behind: the one layer that the guide trains. */
function lastConvolution(cut = 'block5_pool'): string {
  const block = /^block([1-5])_/.exec(cut)?.[1] ?? '5'
  return `block${block}_conv${Number(block) < 3 ? 2 : 3}`
}

/** What `kerasAugmentation` does by itself. */
const usual: Readonly<Record<string, number | boolean>> = {
  rotation: 25,
  widthShift: 0.1,
  heightShift: 0.1,
  shear: 0.1,
  zoom: 0.15,
  horizontalFlip: true,
  verticalFlip: false,
}

function changesText(found: Readonly<Record<string, number | boolean>>): string {
  const others = Object.entries(found).filter(([name, value]) => usual[name] !== value)
  return others.length === 0 ? '' : `{ ${others.map(([name, value]) => `${name}: ${value}`).join(', ')} }`
}

interface DataText {
  readonly import: string
  readonly text: string
  /** The lines of `split`. */
  readonly split: string
}

function dataText(found: GuideCheckout, base: string): DataText {
  const at = (path: string): string => word(relative(base, join(found.folder, path)) || '.')
  const { split, images, archive, table, training } = found
  const byPatient = `  // The guide parts films, so that patients of its testing films were seen in training: by: 'image'.
  split: { by: 'patient', test: ${training.test ?? 0.2}, validation: 0.1, balance: true },
`
  if (split !== undefined && images !== undefined) {
    const { overlap } = split
    const shared =
      overlap.patients === 0
        ? ''
        : `    // Patients with films in both sets: ${overlap.patients}, with ${overlap.testingFilms} of ${split.testing} testing films. Nothing runs until one of these is
    // chosen: 'leave-out' judges without those films, 'keep' scores as the guide does, which flatters the model.
    // patientsInBoth: 'leave-out',
`
    return {
      import: 'guide',
      text: `  // The guide's own training and testing sets. To part the films anew by patient: nih({ images, table }).
  data: guide({
    training: ${at(split.trainingPath)},
    testing: ${at(split.testingPath)},
    images: ${at(images)},
${shared}  }),
`,
      split: `  // The testing set stays as it is; films for validation are drawn out of the training set, by patient.
  split: { by: 'patient', validation: 0.1, balance: true },
`,
    }
  }
  const films = images ?? archive ?? 'data'
  const known = table === undefined ? '' : `, table: ${at(table)}`
  return { import: 'nih', text: `  data: nih({ images: ${at(films)}${known} }),\n`, split: byPatient }
}

/** The bucket and the servers; each where the environment has what it needs, so that the cycle runs on this computer without it. */
function cloudText({ bucket, machines }: GuideCheckout): string {
  const store =
    bucket === undefined
      ? ''
      : `
  // The guide's bucket where its keys are in the environment, else a folder. docs/store.md says where else keys may be.
  store: process.env['SCW_ACCESS_KEY']
    ? s3({ bucket: ${word(bucket.name)}, region: ${word(bucket.region)}, endpoint: ${word(bucket.endpoint)} })
    : '.chestnut',
`
  if (machines.length === 0) return store
  return `${store}
  // The guide's servers, powered on for a run and off after it, never destroyed; each where the environment has its id.
  machines: {
${machines.map(serverLine).join('')}  },
`
}

function serverLine({ name, variable, id, zone }: GuideMachine): string {
  const key = /^[a-z]\w*$/.test(name) ? name : word(name)
  const given = variable === undefined ? '' : `process.env['${variable}']`
  if (id === undefined) return `    ...(${given} && { ${key}: existing({ id: ${given}, zone: ${word(zone)} }) }),\n`
  const either = given === '' ? word(id) : `${given} || ${word(id)}`
  return `    ${key}: existing({ id: ${either}, zone: ${word(zone)} }),\n`
}

function word(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}

function list(numbers: readonly number[]): string {
  return `[${numbers.join(', ')}]`
}
