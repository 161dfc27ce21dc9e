import assert from 'node:assert/strict'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { readManifest } from '../src/dataset/index.ts'
import { loadConfig } from '../src/project/index.ts'
import { filmsOfSet, guideFolder } from './guide-folder.ts'
import { type ProjectFolder, projectFolder } from './project-folder.ts'

async function takenOver(folder: ProjectFolder): Promise<string> {
  const { out, err } = await folder.succeeds('init', '--from-guide', 'E2E_ML_Scaleway')
  assert.doesNotMatch(out + err, /\d{8}_\d{3}|SCWACCESSKEY|55555555/, 'no film and no key is named')
  return out
}

async function choose(folder: ProjectFolder, policy: string): Promise<void> {
  const text = await readFile(folder.file('chestnut.config.ts'), 'utf8')
  const chosen = text.replace(/^( *)(?:\/\/ )?patientsInBoth: '[a-z-]+',$/m, `$1patientsInBoth: '${policy}',`)
  assert.notEqual(chosen, text)
  await writeFile(folder.file('chestnut.config.ts'), chosen)
}

test('a checkout of the guide becomes a configuration that loads: its sets, its training, its bucket and its servers', async () => {
  await using folder = await projectFolder()
  await guideFolder(folder.file('E2E_ML_Scaleway'))
  const out = await takenOver(folder)
  const { config } = await loadConfig(folder.path)
  assert.deepEqual(config.data, {
    kind: 'guide',
    training: 'E2E_ML_Scaleway/data/training_set.csv',
    testing: 'E2E_ML_Scaleway/data/testing_set.csv',
    images: 'E2E_ML_Scaleway/data',
  })
  const { epochs, batch, patience, rate } = config.train
  assert.deepEqual([epochs, batch, patience, rate], [12, 16, 7, { kind: 'constant', rate: 5e-5 }])
  assert.ok(config.head.kind === 'dense' && config.backbone.kind === 'pretrained')
  assert.deepEqual([config.head.units, config.head.dropout], [[256], [0.4, 0.2]])
  const prevalence = config.calibration.prevalence
  assert.ok(typeof prevalence === 'number' && prevalence > 0.2 && prevalence < 0.8)
  assert.deepEqual([config.store, config.machines.named], ['.chestnut', {}])
  const [cpu, gpu] = ['0a1b2c3d-0000-4000-8000-000000000001', '0a1b2c3d-0000-4000-8000-000000000002']
  const asInGithub = await withEnvironment(
    { SCW_ACCESS_KEY: 'SCWXXXXXXXXXXXXXXXXX', SERVER_ID_CPU: cpu, SERVER_ID_GPU: gpu },
    () => loadConfig(folder.path),
  )
  assert.deepEqual(asInGithub.config.store, {
    kind: 's3',
    bucket: 'scw-ml-films',
    region: 'nl-ams',
    endpoint: 'https://s3.nl-ams.scw.cloud',
  })
  assert.deepEqual(asInGithub.config.machines.named, {
    cpu: { kind: 'existing', id: cpu, zone: 'fr-par-2' },
    gpu: { kind: 'existing', id: gpu, zone: 'fr-par-2' },
  })
  for (const said of [
    /found: patients who stand in both sets: \d+; \d+ of \d+ testing films show somebody whom the model was trained on/,
    /found: bucket "scw-ml-films" in nl-ams/,
    /found: server "gpu" in fr-par-2, by SERVER_ID_GPU/,
    /not taken over: public objects of "scw-ml-films"/,
    /not taken over: other buckets that are named: another-bucket/,
    /not taken over: the keys in \.s3cfg/,
    /not taken over: the ids of servers: .* SERVER_ID_CPU, SERVER_ID_GPU/,
    /not taken over: \.github\/workflows\/run_pipeline\.yml/,
    /next: npx chestnut import E2E_ML_Scaleway\/model --promote, then choose "patientsInBoth"/,
  ]) {
    assert.match(out, said)
  }
})

async function withEnvironment<T>(values: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T> {
  Object.assign(process.env, values)
  try {
    return await work()
  } finally {
    for (const name of Object.keys(values)) delete process.env[name]
  }
}

test('patients in both sets: refused by count until somebody chooses, left out, or kept as the guide has them', async () => {
  await using folder = await projectFolder()
  const checkout = folder.file('E2E_ML_Scaleway')
  await guideFolder(checkout)
  await takenOver(folder)
  const refused = await folder.chestnut('prepare')
  assert.equal(refused.code, 1)
  assert.match(
    refused.err,
    /Cannot use the parts of .*: \d+ patients have films in both, so \d+ of \d+ testing films show/,
  )
  assert.doesNotMatch(refused.err, /\d{8}_\d{3}/)
  const parts = async (): Promise<Readonly<Record<string, readonly string[]>>> => {
    const rows = readManifest(await readFile(folder.file('out/manifest.csv'), 'utf8'))
    const of = (part: string): string[] => rows.filter(({ split }) => split === part).map(({ path }) => basename(path))
    const seen = new Set(
      rows.filter(({ split }) => split === 'train' || split === 'validation').map(row => row.patient),
    )
    return {
      test: of('test').sort(),
      trained: [...of('train'), ...of('validation')].sort(),
      validation: of('validation'),
      leaked: rows.filter(row => row.split === 'test' && seen.has(row.patient)).map(({ name }) => name),
    }
  }
  await choose(folder, 'keep')
  const kept = await folder.succeeds('prepare')
  assert.match(kept.err, /warning .*testing films show somebody whom the model is trained on/)
  const asGiven = await parts()
  assert.deepEqual(asGiven['test'], await filmsOfSet(checkout, 'testing_set.csv'))
  const training = await filmsOfSet(checkout, 'training_set.csv')
  assert.ok(asGiven['trained']!.every(film => training.includes(film)))
  assert.ok(asGiven['validation']!.length > 0 && asGiven['leaked']!.length > 0)
  await choose(folder, 'leave-out')
  const { out } = await folder.succeeds('prepare')
  assert.match(out, /leak rate 0/)
  const without = await parts()
  assert.deepEqual(without['leaked'], [])
  assert.equal(without['test']!.length, asGiven['test']!.length - asGiven['leaked']!.length)
})

test('sets that share no patient need no choice, and the model of the guide answers after one import', async () => {
  await using folder = await projectFolder()
  await guideFolder(folder.file('E2E_ML_Scaleway'), { by: 'patient' })
  assert.match(await takenOver(folder), /found: no patient stands in both sets/)
  await folder.succeeds('prepare')
  await folder.succeeds('import', 'E2E_ML_Scaleway/model', '--promote')
  const film = join(
    'E2E_ML_Scaleway',
    'data',
    'images',
    (await filmsOfSet(folder.file('E2E_ML_Scaleway'), 'testing_set.csv'))[0]!,
  )
  assert.match((await folder.succeeds('predict', film)).out, /Pneumonia/)
})

test('an odd checkout is taken over as far as it goes, and what is odd is said', async () => {
  await using folder = await projectFolder()
  const checkout = folder.file('E2E_ML_Scaleway')
  await guideFolder(checkout, { by: 'patient' })
  const at = (name: string): string => join(checkout, name)
  const edit = async (name: string, change: (text: string) => string): Promise<void> =>
    writeFile(at(name), change(await readFile(at(name), 'utf8')))
  // Saved once more by a spreadsheet program; pictures of a text, which are no films; ids that were typed.
  for (const name of ['training_set.csv', 'testing_set.csv'])
    await edit(join('data', name), text => text.replaceAll(',', ';').replaceAll('\n', '\r\n'))
  await mkdir(at('images'))
  await writeFile(at('images/ml-cycle.png'), '')
  await edit('model/data_generator.py', text => `${text}idg = ImageDataGenerator(rotation_range=10, zoom_range=0.15)\n`)
  await edit('model/model.py', text => text.replace('block5_pool', 'block4_pool'))
  const [cpu, typed] = ['0a1b2c3d-0000-4000-8000-000000000001', '0a1b2c3d-0000-4000-8000-000000000003']
  await writeFile(at('.env'), `SERVER_ID_CPU=${cpu}\n`)
  await edit('run_pipeline.sh', text => `${text}scw instance server stop ${typed}\n`)
  const out = await takenOver(folder)
  assert.match(out, /found: no patient stands in both sets/)
  assert.match(out, /found: server "cpu" in fr-par-2, by its id/)
  const { config } = await loadConfig(folder.path)
  assert.deepEqual(config.machines.named, {
    cpu: { kind: 'existing', id: cpu, zone: 'fr-par-2' },
    server: { kind: 'existing', id: typed, zone: 'fr-par-2' },
  })
  assert.deepEqual(config.train.augmentation, { keras: { rotation: 10 } })
  assert.ok(config.backbone.kind === 'pretrained')
  assert.deepEqual([config.backbone.cut, config.backbone.trainFrom], ['block4_pool', 'block4_conv3'])
  await folder.succeeds('prepare')

  await rm(at('data/images'), { recursive: true })
  assert.match((await folder.succeeds(...again)).out, /not taken over: the two sets: their films are not unpacked/)
  await edit('data/testing_set.csv', text => text.replace('Patient_ID', 'Patient'))
  const { out: refused } = await folder.succeeds(...again)
  assert.match(
    refused,
    /not taken over: the two sets: Cannot use "data\/training_set\.csv" with .*; films are parted anew/,
  )
})

const again = ['init', '--from-guide', 'E2E_ML_Scaleway', '--force'] as const

test('what is no checkout of the guide is refused, and one without its sets is parted anew', async () => {
  await using folder = await projectFolder({ 'notes.txt': 'nothing' })
  assert.match((await folder.chestnut('init', '--from-guide', '.')).err, /nothing of the guide's project is in it/)
  assert.match((await folder.chestnut('init', '--from-guide', 'nowhere')).err, /there is no such folder/)
  assert.equal((await folder.chestnut('init', '--from-guide', '.', '--data', '.')).code, 2)
  await folder.write('run_pipeline.sh', 's3cmd put File data/testing_set.csv s3://films --acl-public\n')
  await folder.write('Archive.zip', '')
  const { out } = await folder.succeeds('init', '--from-guide', '.')
  assert.match(out, /not taken over: the two sets: training_set\.csv and testing_set\.csv are not both there/)
  assert.deepEqual((await loadConfig(folder.path)).config.data, { kind: 'nih', images: 'Archive.zip' })
})
