import { type CiFacts, type CiMachine, isSwept } from './facts.ts'

/** Something that a workflow finds in its environment. */
export interface CiSecret {
  readonly name: string
  /** A secret is never shown again; a variable may be. */
  readonly kind: 'secret' | 'variable'
  /** Environments of GitHub that need it; none: the repository itself. At GitLab it is a variable of the project. */
  readonly environments: readonly string[]
  readonly why: string
  /** Older names that are taken as well. */
  readonly also: readonly string[]
  readonly isOptional: boolean
}

export const paidEnvironment = 'chestnut'
/** Asks nobody: a machine must not wait for a yes to be given back. */
export const teardownEnvironment = 'chestnut-teardown'
export const productionEnvironment = 'production'

/** What is to be set, and where, for the machines, the store and the deployment of a project. */
export function secretsOf(facts: CiFacts): readonly CiSecret[] {
  return [
    ...scalewaySecrets(facts),
    ...awsSecrets(facts),
    ...sshSecrets(facts),
    ...readSecrets(facts),
    ...deploySecrets(facts),
  ]
}

function environmentsOf(facts: CiFacts): readonly string[] {
  return [
    paidEnvironment,
    ...(isSwept(facts) ? [teardownEnvironment] : []),
    ...(facts.deployOn === undefined ? [] : [productionEnvironment]),
  ]
}

function scalewaySecrets(facts: CiFacts): readonly CiSecret[] {
  const { machines, store } = facts
  const rented = machines
    .filter(({ kind }) => kind === 'scaleway' || kind === 'existing')
    .map(({ name }) => `"${name}"`)
  const uses = [
    ...(rented.length === 0 ? [] : [`the machines ${rented.join(', ')}`]),
    ...(store.kind === 's3' && store.keys === 'scaleway' ? ['the store'] : []),
  ]
  if (uses.length === 0) return []
  const why = `Scaleway: ${uses.join(' and ')}`
  const common = { environments: environmentsOf(facts), also: [], isOptional: false }
  const keys: readonly CiSecret[] = [
    { ...common, name: 'SCW_ACCESS_KEY', kind: 'secret', why },
    { ...common, name: 'SCW_SECRET_KEY', kind: 'secret', why },
  ]
  if (rented.length === 0) return keys
  const project = 'the project that the machines are in'
  return [
    ...keys,
    { ...common, name: 'SCW_DEFAULT_PROJECT_ID', kind: 'variable', why: project, also: ['SCW_ORGANIZATION_ID'] },
    {
      ...common,
      name: 'SCW_DEFAULT_ZONE',
      kind: 'variable',
      why: 'where machines are looked for first; "fr-par-1" without it',
      also: ['SCW_ZONE'],
      isOptional: true,
    },
  ]
}

function awsSecrets(facts: CiFacts): readonly CiSecret[] {
  if (facts.store.kind !== 's3' || facts.store.keys !== 'aws') return []
  const common = { kind: 'secret', environments: environmentsOf(facts), also: [], isOptional: false } as const
  return ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].map(name => ({ ...common, name, why: 'the store' }))
}

/** Machines that are logged in to with a key of yours. */
export function sshMachines({ machines }: CiFacts): readonly (CiMachine & { readonly identity: string })[] {
  return machines.flatMap(machine =>
    machine.identity === undefined ? [] : [{ ...machine, identity: machine.identity }],
  )
}

function sshSecrets(facts: CiFacts): readonly CiSecret[] {
  const names = sshMachines(facts).map(({ name }) => `"${name}"`)
  if (names.length === 0) return []
  const why = `the private key that may log in to ${names.join(', ')}`
  return [{ name: 'SSH_KEY', kind: 'secret', environments: environmentsOf(facts), why, also: [], isOptional: false }]
}

function readSecrets(facts: CiFacts): readonly CiSecret[] {
  const common = { kind: 'secret', environments: environmentsOf(facts), also: [], isOptional: false } as const
  return facts.reads.map(name => ({ ...common, name, why: 'chestnut.config.ts reads it' }))
}

function deploySecrets({ deployOn }: CiFacts): readonly CiSecret[] {
  if (deployOn === undefined) return []
  return [
    {
      name: 'CHESTNUT_URL',
      kind: 'variable',
      environments: [],
      why: 'where people reach the server, such as https://films.example.org: it is asked after a deployment and by the clock',
      also: [],
      isOptional: true,
    },
  ]
}

/** Names that the guide sets, and what becomes of them. */
export const guideNames: Readonly<Record<string, string>> = {
  SSH_KEY: 'is taken for machines of ssh(); rented machines get a key of their own for each run',
  KNOWN_HOSTS:
    'is not needed: "hostKey" of ssh() says which machine it must be, and Scaleway tells those of rented ones',
  SCW_ORGANIZATION_ID: 'is taken for SCW_DEFAULT_PROJECT_ID, which is the name today',
  SERVER_ID_CPU: 'is taken where the configuration reads it: existing({ id: process.env.SERVER_ID_CPU })',
  SERVER_ID_GPU: 'is taken where the configuration reads it: existing({ id: process.env.SERVER_ID_GPU })',
  USER_SERVER_CPU: 'is not needed: ssh({ host, user }) in the configuration says so',
  USER_SERVER_GPU: 'is not needed: ssh({ host, user }) in the configuration says so',
}
