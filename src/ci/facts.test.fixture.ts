import type { CiFacts } from './facts.ts'

/** A project with everything: rented machines, a server, a bucket, in a folder of its own. */
export const everything: CiFacts = {
  project: 'pneumonia',
  version: '0.1.0',
  folder: 'models/lungs',
  output: 'out',
  branch: 'main',
  hasLock: true,
  machines: [
    { name: 'cpu', kind: 'scaleway' },
    { name: 'gpu', kind: 'scaleway' },
    { name: 'web', kind: 'ssh', identity: '~/.ssh/id_ed25519' },
  ],
  on: { prepare: 'cpu', train: 'gpu' },
  deployOn: 'web',
  hours: 5,
  store: { kind: 's3', keys: 'scaleway' },
  isDrawn: false,
  reads: ['SERVER_ID_GPU'],
  films: { key: 'raw/films', folder: 'films of 2020' },
  flags: ['--films raw/films'],
}

/** A project as "chestnut init" makes it, in the root of its repository. */
export const nothing: CiFacts = {
  ...everything,
  folder: '',
  hasLock: false,
  machines: [],
  on: {},
  deployOn: undefined,
  store: { kind: 'folder', path: '.chestnut' },
  isDrawn: true,
  reads: [],
  films: undefined,
  flags: [],
}

/** Every combination that makes other workflows. */
export const variants: Readonly<Record<string, CiFacts>> = {
  everything,
  nothing,
  'real films in a folder': { ...nothing, isDrawn: false },
  'a machine of ours, keys of Amazon': {
    ...everything,
    folder: '',
    machines: [{ name: 'box', kind: 'ssh', identity: 'keys/id' }],
    on: { train: 'box' },
    deployOn: undefined,
    store: { kind: 's3', keys: 'aws' },
  },
  'a machine that is this computer': {
    ...nothing,
    machines: [{ name: 'gpu', kind: 'local' }],
    on: { train: 'gpu' },
  },
  'the image of the project': { ...everything, image: `ghcr.io/you/lungs@sha256:${'a'.repeat(64)}` },
  'a branch with an odd name': { ...everything, branch: "release/it's-1.0+x", hours: 12 },
}
