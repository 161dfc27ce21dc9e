import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adam, adamw, focal, kerasAdam, Misuse, rmsprop, sgd } from '../core/index.ts'
import { kerasAugmentation } from '../train/index.ts'
import { parseConfig } from './config.ts'
import { existing, scaleway, ssh } from './define.ts'
import { needOf } from './machines.ts'

test('what is left out gets its default', () => {
  const config = parseConfig({ target: 'Pleural Effusion', train: { epochs: 3 } })
  assert.equal(config.name, 'pleural-effusion')
  assert.equal(config.seed, 42)
  assert.equal(config.train.epochs, 3)
  assert.equal(config.train.patience, 10)
  assert.deepEqual(config.split, { by: 'patient', test: 0.2, validation: 0.1, balance: true })
})

test('several targets take the name of findings, and nothing is balanced for one of them', () => {
  const { name, targets, split, uncertain } = parseConfig({ targets: ['Pneumonia', 'Effusion'] })
  assert.deepEqual([name, targets, split.balance, uncertain], ['findings', ['Pneumonia', 'Effusion'], false, 'ignore'])
  const all = parseConfig({ targets: 'all', uncertain: 'one' })
  assert.deepEqual([all.name, all.targets, all.split.balance, all.uncertain], ['findings', 'all', false, 'one'])
})

test('a list of one target is that target', () => {
  assert.deepEqual(parseConfig({ targets: ['Effusion'] }), parseConfig({ target: 'Effusion' }))
})

test('every loss, optimizer, schedule and augmentation that the makers give is taken as it is', () => {
  const train = {
    loss: focal({ gamma: 1, smoothing: 0.1 }),
    optimizer: adam({ amsgrad: true, weightDecay: 1e-5, decayBiases: false }),
    rate: { kind: 'one-cycle', rate: 0.01, rise: 0.2 },
    clip: { norm: 1 },
    augmentation: { ...kerasAugmentation({ version: 'keras-2.9', shear: 0 }), pool: 4 },
  } as const
  const { loss, optimizer, rate, clip, augmentation } = parseConfig({ train }).train
  assert.deepEqual({ loss, optimizer, rate, clip, augmentation }, train)
  for (const other of [adamw(), kerasAdam(), sgd({ momentum: 0.9, nesterov: true }), rmsprop({ momentum: 0.5 })]) {
    assert.deepEqual(parseConfig({ train: { optimizer: other } }).train.optimizer, other)
  }
})

test('machines are had as the makers say, with sizes in gigabytes', () => {
  const gpu = scaleway({ gpus: 1, memory: 32, disk: 200, zones: ['fr-par-2'], image: 'ubuntu_noble_gpu_os_12' })
  const cpu = existing({ id: '0a1b2c3d-0000-4000-8000-000000000000', zone: 'fr-par-1' })
  const own = ssh({
    host: 'box.example.org',
    user: 'films',
    hostKey: `SHA256:${'A'.repeat(43)}`,
    identity: '~/.ssh/id_ed25519',
  })
  const { named } = parseConfig({ machines: { gpu, cpu, own } }).machines
  assert.deepEqual(named, { gpu, cpu, own })
  assert.deepEqual(needOf(gpu), { gpus: 1, memory: 32e9, disk: 200e9, zones: ['fr-par-2'] })
  assert.deepEqual(needOf(cpu), {})
})

test('machines have names of the project, and caps beside them', () => {
  assert.deepEqual(parseConfig({}).machines, { caps: {}, guard: true, named: {} })
  const { machines } = parseConfig({ machines: { gpu: { kind: 'local' }, caps: { run: 5 }, guard: false } })
  assert.deepEqual(machines, { caps: { run: 5 }, guard: false, named: { gpu: { kind: 'local' } } })
})

const refusals: readonly (readonly [input: unknown, sentence: string])[] = [
  [{ sed: 1 }, 'the key "sed" is unknown, did you mean "seed"?'],
  [{ split: { tests: 1 } }, 'the key "split.tests" is unknown, did you mean "test"?'],
  [{ train: { epoch: 1 } }, 'the key "train.epoch" is unknown, did you mean "epochs"?'],
  [{ serve: { prot: 1 } }, 'the key "serve.prot" is unknown, did you mean "port"?'],
  [{ data: { kind: 'phantoms', patient: 3 } }, 'the key "data.patient" is unknown, did you mean "patients"?'],
  [{ data: { kind: 'nih', images: 'a', tables: 'b' } }, 'the key "data.tables" is unknown, did you mean "table"?'],
  [
    { train: { rate: { kind: 'cosine', rate: 1, warmup: 1 } } },
    'the key "train.rate.warmup" is unknown, did you mean "warmUp"?',
  ],
  [{ train: { clip: { nrm: 1 } } }, 'the key "train.clip.nrm" is unknown, did you mean "norm"?'],
  [
    { tracking: { kind: 'mlflow', uri: 'http://me:secret@tracker:5000' } },
    '"tracking.uri" is not right, it is "http://…@tracker:5000": wanted no password in it: MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD hold it',
  ],
  [
    { tracking: { kind: 'mlflow', uri: 'tracker:5000' } },
    '"tracking.uri" is not right, it is "tracker:5000": wanted an address such as \'http://127.0.0.1:5000\'',
  ],
  [
    { tracking: { kind: 'mlflow', uri: 'http://tracker', experimnt: 'x' } },
    'the key "tracking.experimnt" is unknown, did you mean "experiment"?',
  ],
  [{ machines: { gpu: { kind: 'locl' } } }, '"machines.gpu.kind" is not right, it is "locl": did you mean "local"?'],
  [{ machines: { gpu: { kind: 'scaleway', gpu: 1 } } }, 'the key "machines.gpu.gpu" is unknown, did you mean "gpus"?'],
  [
    { machines: { cpu: { kind: 'existing', id: 'scw-cpu' } } },
    '"machines.cpu.id" is not right, it is "scw-cpu": wanted the id of a server, as "scw instance server list" shows it',
  ],
  [
    { machines: { own: { kind: 'ssh', host: 'box', user: 'u', identity: 'k', hostKey: 'SHA256:?' } } },
    '"machines.own.hostKey" is not right, it is "SHA256:?": wanted "SHA256:…", as "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" prints it on the machine',
  ],
  [
    { machines: { image: 'ghcr.io/you/lungs:main' } },
    '"machines.image" is not right, it is "ghcr.io/you/lungs:main": wanted an image by its digest, "NAME@sha256:…", as "chestnut image build --push" says it',
  ],
  [{ machines: { caps: { runs: 1 } } }, 'the key "machines.caps.runs" is unknown, did you mean "run"?'],
  [
    { machines: { GPU: { kind: 'local' } } },
    `"machines" is not right, it is { GPU: { kind: 'local' } }: wanted names of machines in small letters, digits and hyphens, such as "gpu"`,
  ],
  [{ train: { clip: { norm: 0 } } }, '"train.clip.norm" is not right, it is 0: wanted more than 0'],
  [
    { train: { optimizer: { kind: 'adam', momentum: 0.9 } } },
    'the key "train.optimizer.momentum" is unknown, known are "kind", "beta1", "beta2", "epsilon", "epsilonFirst", "amsgrad", "weightDecay", "decayBiases"',
  ],
  [
    { train: { optimizer: { kind: 'sgd', momentun: 0.9 } } },
    'the key "train.optimizer.momentun" is unknown, did you mean "momentum"?',
  ],
  [
    { train: { optimizer: { kind: 'rmsprob' } } },
    '"train.optimizer.kind" is not right, it is "rmsprob": did you mean "rmsprop"?',
  ],
  [
    { train: { optimizer: { kind: 'sgd', nesterov: true } } },
    '"train.optimizer.momentum" is not right, it is missing: wanted more than 0 together with "nesterov", which looks ahead along the momentum',
  ],
  [
    { train: { augmentation: { keras: { zooom: 0.1 } } } },
    'the key "train.augmentation.keras.zooom" is unknown, did you mean "zoom"?',
  ],
  [
    { train: { augmentation: { rotate: 5, keras: { zoom: 0 } } } },
    '"train.augmentation.keras" is not right, it is { zoom: 0 }: it stands in place of every other change; wanted alone, or with "pool"',
  ],
  [{ train: { precision: 'mxied' } }, '"train.precision" is not right, it is "mxied": did you mean "mixed"?'],
  [{ train: { loss: { kind: 'focal', gama: 1 } } }, 'the key "train.loss.gama" is unknown, did you mean "gamma"?'],
  [{ train: { loss: { kind: 'focal', alpha: 2 } } }, '"train.loss.alpha" is not right, it is 2: wanted at most 1'],
  [
    { train: { loss: { kind: 'softmax-cross-entropy' } } },
    '"train.loss" is not right, it is { kind: \'softmax-cross-entropy\' }: softmax tells classes apart of which a film has exactly one, and findings are not exclusive: a film may show several, or none; wanted "binary-cross-entropy" or "focal"',
  ],
  [
    { target: 'Pneumonia', targets: ['Effusion'] },
    '"targets" is not right, it is [ \'Effusion\' ]: wanted "target" for one finding or "targets" for several, not both',
  ],
  [{ targets: [] }, '"targets" is not right, it is []: wanted at least 1 member'],
  [{ targets: ['Mass', 3] }, '"targets" is not right, it is [ \'Mass\', 3 ]: wanted a text'],
  [{ targets: 'al' }, '"targets" is not right, it is "al": did you mean "all"?'],
  [{ targets: 'Mass' }, '"targets" is not right, it is "Mass": wanted a list of findings, or "all"'],
  [{ targets: ['Mass', 'mass'] }, "\"targets\" is not right, it is [ 'Mass', 'mass' ]: wanted each finding once"],
  [
    { targets: 'all', negatives: 'No Finding' },
    '"negatives" is not right, it is "No Finding": wanted "rest" where several findings are told: a film with another finding is a negative of one and a positive of another',
  ],
  [
    { targets: ['Mass', 'Nodule'], split: { balance: true } },
    '"split.balance" is not right, it is true: wanted false where several findings are told: films dropped for one are missing to the others; "train.classWeights" weighs the sides of each',
  ],
  [{ uncertain: 'nul' }, '"uncertain" is not right, it is "nul": wanted one of "ignore", "zero", "one"'],
  [{ train: { rate: { kind: 'step', rate: 1 } } }, '"train.rate.every" is not right, it is missing: wanted a number'],
  [
    { train: { rate: { kind: 'platau', rate: 1 } } },
    '"train.rate.kind" is not right, it is "platau": did you mean "plateau"?',
  ],
  [
    { train: { augmentation: { rotation: 1 } } },
    'the key "train.augmentation.rotation" is unknown, known are "rotate", "shift", "scale", "flip", "brightness", "contrast", "keras", "pool"',
  ],
  [
    { train: { augmentation: { pool: 8 } } },
    '"train.augmentation.pool" is not right, it is 8: wanted together with changes to draw, such as "rotate"',
  ],
  [
    { backbone: { kind: 'onnx', path: 'a', contract: { sizes: 1 } } },
    'the key "backbone.contract.sizes" is unknown, did you mean "size"?',
  ],
  [{ data: { kind: 'phantomz' } }, '"data.kind" is not right, it is "phantomz": did you mean "phantoms"?'],
  [
    { data: {} },
    '"data.kind" is not right, it is missing: wanted one of "phantoms", "nih", "folders", "table", "chexpert", "guide"',
  ],
  [{ data: { kind: 'nih' } }, '"data.images" is not right, it is missing: wanted a text'],
  [{ negatives: 'all' }, '"negatives" is not right, it is "all": wanted one of "rest", "No Finding"'],
  [{ seed: '42' }, '"seed" is not right, it is "42": wanted a number'],
  [{ seed: Number.NaN }, '"seed" is not right, it is NaN: wanted a number'],
  [{ train: { epochs: 1.5 } }, '"train.epochs" is not right, it is 1.5: wanted a whole number'],
  [{ train: { epochs: 0 } }, '"train.epochs" is not right, it is 0: wanted at least 1'],
  [{ split: { test: 2 } }, '"split.test" is not right, it is 2: wanted less than 1'],
  [{ store: '' }, '"store" is not right, it is "": wanted at least 1 character'],
  [{ data: { kind: 'nih', images: 'a', sha256: 'b' } }, '"data.sha256" is not right, it is "b": wanted 64 characters'],
  [{ train: [] }, '"train" is not right, it is []: wanted an object'],
  [[], 'it is not right, it is []: wanted an object'],
]

for (const [input, sentence] of refusals) {
  test(`${JSON.stringify(input)} is refused: ${sentence}`, () => {
    assert.throws(
      () => parseConfig(input),
      error =>
        error instanceof Misuse && error.message === `Cannot use the configuration "chestnut.config.ts": ${sentence}`,
    )
  })
}

test('testing and validation parts that leave nothing to train on are refused', () => {
  assert.throws(
    () => parseConfig({ split: { test: 0.5, validation: 0.5 } }),
    /"split\.validation" is not right.*less than 1/,
  )
})
