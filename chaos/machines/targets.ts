/** A call to the cloud at which processes are killed. */
export interface Target {
  /** See `callName`. */
  readonly call: string
  /** How often a process makes it, in an undisturbed run of a few minutes. */
  readonly often: number
  /** It is made for such machines only: a GPU's root is on block storage, a processor's is local. */
  readonly need?: 'gpu' | 'cpu'
  /** A sweeper makes it, where the controller was killed after this call. Default: a controller makes it. */
  readonly after?: string
}

const server = 'instance/servers/ID'
const described = `PATCH ${server}/user_data/cloud-init`
const running = `GET ${server}/user_data/ssh-host-fingerprints`

/** Every call that a controller makes, and what only a sweeper comes to make. */
export const targets: readonly Target[] = [
  { call: 'GET instance/servers', often: 250 },
  { call: 'GET instance/products/servers', often: 12 },
  { call: 'GET instance/products/servers/availability', often: 3 },
  { call: 'GET product-catalog/public-catalog/products', often: 3 },
  { call: 'GET marketplace/local-images', often: 1 },
  { call: 'POST instance/servers', often: 1 },
  { call: 'PATCH instance/volumes/ID', often: 3, need: 'cpu' },
  { call: 'PATCH block/volumes/ID', often: 3, need: 'gpu' },
  { call: described, often: 1 },
  { call: `POST ${server}/action poweron`, often: 1 },
  { call: `GET ${server}`, often: 1 },
  { call: running, often: 4 },
  { call: 'GET instance/volumes', often: 60 },
  { call: 'GET block/volumes', often: 60 },
  { call: 'GET instance/ips', often: 60 },
  { call: `PATCH ${server}`, often: 2 },
  { call: `POST ${server}/action terminate`, often: 1 },
  { call: 'DELETE block/volumes/ID', often: 1, need: 'gpu' },
  { call: `POST ${server}/action terminate`, often: 1, after: running },
  { call: 'DELETE block/volumes/ID', often: 1, need: 'gpu', after: running },
  { call: `DELETE ${server}`, often: 1, after: described },
  { call: 'DELETE instance/volumes/ID', often: 1, need: 'cpu', after: described },
  { call: 'GET instance/servers', often: 30, after: running },
]

/** What a call is: its method, and its path without version, zone and ids; of an action, which. */
export function callName(method: string, url: string, body: string): string {
  const [, api = '', , ...rest] = new URL(url).pathname.split('/')
  const parts = (rest[0] === 'zones' ? rest.slice(2) : rest).map(part => (isId(part) ? 'ID' : part))
  const action = parts.at(-1) === 'action' ? ` ${/"action":"(\w+)"/.exec(body)?.[1]}` : ''
  return `${method} ${[api, ...parts].join('/')}${action}`
}

function isId(part: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(part)
}
