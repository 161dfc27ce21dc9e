import { checkStamp, float32, floats, Problem, stamp, type Tensors } from '../core/index.ts'
import { NotFound, type Store } from '../store/index.ts'
import type { BestWeights, Checkpoint, Checkpoints, FoundCheckpoint, Place } from './checkpoint.ts'
import { Damaged, type Header, readTensors, type WrittenTensors, writeTensors } from './tensor-file.ts'

const kind = 'checkpoint'
const version = 1
/** As many are kept: the newest may be damaged. */
const kept = 2

export interface StoreCheckpointsOptions {
  readonly store: Store
  /** The digest, in hexadecimal digits, of all that decides the training: its plan, its data and its network. */
  readonly of: string
  /** What computes, in words: on another machine a training goes on, but its bits may be others. */
  readonly machine: string
  /** See `Checkpoints`. */
  readonly mostLost?: number | undefined
}

/**
 * Checkpoints in a store. Their keys begin with the first digits of `of`; then comes how far the training is, so that the last one
 * is the newest. The weights of the best epoch, which change less often, are written once, under a key with their digest.
 *
 * Several processes that train the same may share a store: what one of them kept is right for all.
 */
export function storeCheckpoints({ store, of, machine, mostLost }: StoreCheckpointsOptions): Checkpoints {
  const start = of.slice(0, 16)
  const bestDigests = new WeakMap<Tensors, string>()

  const keysOf = async (part: Part): Promise<readonly string[]> => {
    const keys: string[] = []
    for await (const { key } of store.list(`${start}-${part}-`)) keys.push(key)
    return keys
  }
  const write = async (key: string, written: WrittenTensors): Promise<void> => {
    await store.write(key, written.stream())
  }

  const saveBest = async ({ epoch, parameters }: BestWeights): Promise<string> => {
    const known = bestDigests.get(parameters)
    if (known !== undefined && (await store.stat(bestKey(start, known))) !== undefined) return known
    const header = { format: stamp(kind, version), of, epoch }
    const written = await writeTensors({ header, tensors: parameters })
    await write(bestKey(start, written.digest), written)
    bestDigests.set(parameters, written.digest)
    return written.digest
  }

  /** Keeps the newest ones and the best weights that they name. */
  const prune = async (): Promise<void> => {
    const places = await keysOf('at')
    for (const key of places.slice(0, -kept)) await store.remove(key)
    const named = places.slice(-kept).map(key => key.slice(key.lastIndexOf('-') + 1))
    for (const key of await keysOf('best')) {
      if (!named.some(digits => digits !== '' && key.endsWith(digits))) await store.remove(key)
    }
  }

  const readPart = async (key: string): Promise<ReadPart | undefined> => {
    const entry = await store.stat(key)
    if (entry === undefined) return undefined
    const check = ({ format }: Header): void => void checkStamp(format, kind, version)
    return readTensors(await store.read(key), entry.size, check)
  }

  const readBest = async (named: NamedBest): Promise<BestWeights> => {
    const part = await readPart(bestKey(start, named.digest))
    if (part === undefined) throw new Damaged('the weights of its best epoch are gone')
    if (part.digest !== named.digest) throw new Damaged('the weights of its best epoch are others')
    bestDigests.set(part.tensors, part.digest)
    return { epoch: named.epoch, parameters: part.tensors }
  }

  const readCheckpoint = async (key: string): Promise<Kept | undefined> => {
    const part = await readPart(key)
    if (part === undefined) return undefined
    // What the digest covers is what `save` wrote.
    const header = part.header as unknown as CheckpointHeader
    if (header.of !== of) throw new Foreign('it is of another plan, other data or another network')
    return { header, checkpoint: checkpointOf(header, part.tensors, header.best && (await readBest(header.best))) }
  }

  return {
    mostLost,
    async save(checkpoint) {
      const { best, state, judging, ...rest } = checkpoint
      const named = best && { epoch: best.epoch, digest: await saveBest(best) }
      const header = { format: stamp(kind, version), of, machine, ...rest, judged: judging.sums, best: named }
      const tensors = { ...prefixed('state/', state), [logitsName]: float32([judging.logits.length], judging.logits) }
      await write(placeKey(start, checkpoint, named), await writeTensors({ header, tensors }))
      await prune()
    },
    async latest() {
      const warnings: string[] = []
      for (const key of (await keysOf('at')).toReversed()) {
        try {
          const found = await readCheckpoint(key)
          if (found === undefined) continue
          const note = otherMachine(found.header.machine, machine)
          return { checkpoint: found.checkpoint, warnings: note === undefined ? warnings : [...warnings, note] }
        } catch (error) {
          // Another process that trains the same has gone on, and removed it.
          if (error instanceof NotFound) continue
          if (!(error instanceof Damaged)) throw withWayOut(error)
          warnings.push(`The checkpoint "${key}" cannot be used: ${error.message}. The one before it is looked for`)
          // It must not count as one of the two that are kept.
          if (!(error instanceof Foreign)) await store.remove(key)
        }
      }
      return nothing(warnings)
    },
    async clear() {
      for (const key of [...(await keysOf('at')), ...(await keysOf('best'))]) await store.remove(key)
    },
  }
}

/** A whole checkpoint, but of another training. */
class Foreign extends Damaged {}

type Part = 'at' | 'best'
type ReadPart = Awaited<ReturnType<typeof readTensors>>

interface NamedBest {
  readonly epoch: number
  readonly digest: string
}

/** The header of a checkpoint: a `Checkpoint` but for its tensors. */
interface CheckpointHeader extends Pick<Checkpoint, 'place' | 'ended' | 'spent' | 'history' | 'sums' | 'choices'> {
  readonly of: string
  readonly machine: string
  readonly judged: Checkpoint['judging']['sums']
  readonly best?: NamedBest
}

interface Kept {
  readonly header: CheckpointHeader
  readonly checkpoint: Checkpoint
}

const logitsName = 'judged logits'

function checkpointOf(header: CheckpointHeader, tensors: Tensors, best: BestWeights | undefined): Checkpoint {
  const { place, ended, spent, history, sums, choices, judged } = header
  const { [logitsName]: logits, ...state } = tensors
  return {
    place,
    ended,
    spent,
    history,
    sums,
    choices,
    best,
    judging: { sums: judged, logits: floats(logits!) },
    state: Object.fromEntries(Object.entries(state).map(([name, value]) => [name.slice('state/'.length), value])),
  }
}

function prefixed(prefix: string, tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, value]) => [`${prefix}${name}`, value]))
}

function placeKey(start: string, { place, ended }: Checkpoint, best: NamedBest | undefined): string {
  const far = `${padded(place.epoch, 6)}.${padded(place.step, 9)}.${padded(place.judged, 9)}${ended ? '.end' : ''}`
  return `${start}-at-${far}-${best === undefined ? '' : bestDigits(best.digest)}`
}

function bestKey(start: string, digest: string): string {
  return `${start}-best-${bestDigits(digest)}`
}

function bestDigits(digest: string): string {
  return digest.slice(0, 16)
}

function padded(value: Place[keyof Place], digits: number): string {
  return String(value).padStart(digits, '0')
}

function otherMachine(then: string, now: string): string | undefined {
  if (then === now) return undefined
  return `The training was begun on ${then}, and goes on on ${now}: it is as good, but its bits may not be those of one machine`
}

function nothing(warnings: readonly string[]): FoundCheckpoint {
  if (warnings.length === 0) return { checkpoint: undefined, warnings }
  return { checkpoint: undefined, warnings: [...warnings, 'No checkpoint can be used: the training begins anew'] }
}

/** A checkpoint that this version cannot read must not be lost by training over it without being asked. */
function withWayOut(error: unknown): unknown {
  if (!(error instanceof Problem)) return error
  return new Problem(error.message, {
    cause: error,
    next: `${error.next === undefined ? '' : `${error.next}, or `}chestnut train --fresh, which begins anew`,
  })
}
