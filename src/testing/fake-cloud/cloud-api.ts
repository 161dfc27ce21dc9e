import type { Marks, Offer } from '../../machines/index.ts'

/** Something that the cloud bills. */
export interface CloudObject {
  readonly kind: 'server' | 'volume' | 'address'
  readonly id: string
  readonly name: string
  readonly zone: string
  readonly type: string
  readonly marks: Marks | undefined
  readonly state: string
  readonly created: number
  readonly pricePerHour: number
  /** Of a server: what was made with it and outlives it. */
  readonly parts: readonly string[]
}

export interface ServerRequest {
  readonly offer: Offer
  readonly name: string
  readonly marks: Marks
}

/** What the cloud can be asked: one call each, as plain as those of real clouds. Nothing here knows of runs. */
export interface CloudApi {
  now(): Promise<number>
  offers(): Promise<readonly Offer[]>
  objects(): Promise<readonly CloudObject[]>
  /** Makes a server, a volume that bears no marks, and an address. */
  createServer(request: ServerRequest): Promise<CloudObject>
  mark(id: string, marks: Marks): Promise<void>
  /** The server is gone a while later. Its parts stay and are billed. */
  terminate(id: string): Promise<void>
  /** Of a volume or an address, once its server is gone. */
  remove(id: string): Promise<void>
}

/** Why the cloud refused. */
export class CloudError extends Error {
  override readonly name: string = 'CloudError'
  readonly reason: 'outage' | 'out-of-stock' | 'not-found' | 'in-use'

  constructor(reason: CloudError['reason']) {
    super(`The cloud refused: ${reason}`)
    this.reason = reason
  }
}
