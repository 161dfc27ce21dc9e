import { join } from 'node:path'
import type { GuideCheckout } from '../project/index.ts'

export interface GuideLines {
  readonly found: readonly string[]
  /** What was not taken over, and why. */
  readonly left: readonly string[]
  /** Commands to type. */
  readonly next: readonly string[]
}

/** What a person must know after a checkout was looked through. Counts, never names, of patients and films. */
export function guideLines(checkout: GuideCheckout): GuideLines {
  return { found: foundLines(checkout), left: leftLines(checkout), next: nextCommands(checkout) }
}

function foundLines({ split, table, images, archive, bucket, machines, model, training }: GuideCheckout): string[] {
  return [
    split &&
      `training and testing sets: ${split.training} and ${split.testing} films, ${split.findings.length} findings`,
    split && overlapLine(split),
    images !== undefined && 'a folder of films',
    images === undefined && archive !== undefined && `films in ${archive}`,
    table && `the NIH's table ${table}`,
    training.epochs !== undefined && `the training of model/model.py: ${training.epochs} epochs`,
    bucket && `bucket "${bucket.name}" in ${bucket.region}`,
    ...machines.map(
      ({ name, variable, id, zone }) => `server "${name}" in ${zone}, by ${id === undefined ? variable : 'its id'}`,
    ),
    model && 'a trained model: my_model.json and best.model.hdf5',
  ].filter(line => typeof line === 'string')
}

function overlapLine({ overlap, testing }: NonNullable<GuideCheckout['split']>): string {
  if (overlap.patients === 0) return 'no patient stands in both sets'
  return `patients who stand in both sets: ${overlap.patients}; ${overlap.testingFilms} of ${testing} testing films show somebody whom the model was trained on, so its score there says little about new patients`
}

function leftLines(checkout: GuideCheckout): string[] {
  const { split, splitRefusal, images, archive, table, bucket, s3cfg, machines, workflows, model, unneeded, training } =
    checkout
  const unset = machines.filter(({ variable = '', id }) => id === undefined && (process.env[variable] ?? '') === '')
  return [
    split &&
      images === undefined &&
      'the two sets: their films are not unpacked, so films are parted anew; unzip them and init again',
    splitRefusal !== undefined && `the two sets: ${splitRefusal}; films are parted anew, by patient`,
    !split &&
      splitRefusal === undefined &&
      'the two sets: training_set.csv and testing_set.csv are not both there; films are parted anew, by patient',
    !split && table === undefined && archive === undefined && 'labels: Data_Entry_2017.csv is not there',
    images === undefined &&
      archive === undefined &&
      'films: there is no folder "images…" below the checkout or its "data", nor Archive.zip',
    !model && 'a model: my_model.json and best.model.hdf5 are not both in one folder',
    bucket?.isPublic && `public objects of "${bucket.name}": nothing here needs them public; make them private`,
    bucket && bucket.others.length > 0 && `other buckets that are named: ${bucket.others.join(', ')}`,
    s3cfg && 'the keys in .s3cfg: a configuration is no place for keys',
    unset.length > 0 &&
      `the ids of servers: only GitHub knows its secrets; set ${unset.map(({ variable }) => variable).join(', ')}`,
    workflows.length > 0 && `${workflows.join(', ')}: left as it is; one step "chestnut run" takes its place`,
    'the weights of VGG16: Keras downloads them, Chestnut reads the file; set VGG16_WEIGHTS',
    training.units === undefined &&
      training.epochs === undefined &&
      'changes of model/model.py: it is not there in the form of the guide, whose settings were written',
    unneeded.length > 0 && `${unneeded.join(', ')}: not needed`,
  ].filter(line => typeof line === 'string')
}

function nextCommands({ folder, model, split, images }: GuideCheckout): string[] {
  const undecided = split !== undefined && images !== undefined && split.overlap.patients > 0
  return [
    ...(model === undefined ? [] : [`npx chestnut import ${join(folder, model)} --promote`]),
    ...(undecided ? ['choose "patientsInBoth" in chestnut.config.ts'] : []),
    'npx chestnut explore',
    'npx chestnut run',
  ]
}
