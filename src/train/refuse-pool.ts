import { Misuse } from '../core/index.ts'
import { imageInput, type Network } from '../models/index.ts'
import type { Augmentation } from './augmentation.ts'

/** @throws Misuse when there is to be a pool, but nothing to keep of it: all of the network is trained */
export function refusePool({ boundary }: Network, { pool }: Pick<Augmentation, 'pool'> = {}): void {
  if (pool === undefined || boundary !== imageInput) return
  throw new Misuse(
    `Cannot train on a pool of ${pool} variants a film: all of the network is trained, a frozen part was wanted, whose output is kept`,
    { next: 'leave "pool" of train.augmentation out, or set "trainFrom" of a pretrained backbone to a later layer' },
  )
}
