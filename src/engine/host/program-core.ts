import { scalar, type Tensor, type Tensors } from '../../core/index.ts'
import { type Counter, counter } from '../device/counter.ts'
import { deviceFailure } from '../device/device-failure.ts'
import { maskMaker } from './masks.ts'
import { outputBuffers } from './output-buffers.ts'
import type { Request, Setup } from './protocol.ts'
import { type Resident, residentValues } from './resident.ts'
import type { OpenSession, Session } from './session.ts'
import { stopwatch } from './stopwatch.ts'

/** The program as it lives inside a host: sessions, resident values, the optimizer. Answers one request at a time. */
export interface ProgramCore {
  answer(request: Request): Promise<Tensors>
}

export type RunRequest = Extract<Request, { kind: 'run' }>

export type LoadProgram = (setup: Setup) => Promise<LoadedProgram>

/** @param load makes a program of the engine that this host runs */
export function programCore(load: LoadProgram): ProgramCore {
  let program: LoadedProgram | undefined
  const loaded = (): LoadedProgram => {
    if (program === undefined) throw new Error('a host was asked to work before its graph was loaded')
    return program
  }
  return {
    async answer(request) {
      switch (request.kind) {
        case 'load':
          program = await load(request.setup)
          return {}
        case 'run':
          return loaded().run(request)
        case 'read':
          return loaded().read(request.names)
        case 'write':
          await loaded().write(request.values)
          return {}
        case 'traffic':
          return loaded().traffic()
        case 'profile':
          return loaded().profile()
        case 'close':
          await program?.release()
          program = undefined
          return {}
      }
    },
  }
}

export interface LoadedProgram {
  run(request: RunRequest): Promise<Tensors>
  read(names: readonly string[] | undefined): Promise<Tensors>
  write(values: Tensors): Promise<void>
  /** See `Program`. */
  traffic(): Tensors
  /** As `profileOf` reads it. */
  profile(): Promise<Tensors>
  release(): Promise<void>
}

/** A program whose values stay in the host's memory. @param openSession loads a graph into the engine */
export async function loadHostProgram(setup: Setup, openSession: OpenSession): Promise<LoadedProgram> {
  const { device, threads, profile = false } = setup
  const open = async (onnx: Uint8Array): Promise<Session> => {
    try {
      return await openSession(onnx, { device, threads, weightsVary: setup.update !== undefined, profile })
    } catch (error) {
      throw deviceFailure('load', setup, error)
    }
  }
  const full = await open(setup.onnx)
  const forward = once(async () => (setup.forward === undefined ? full : await open(setup.forward)))
  const gradients = Object.values(setup.update?.gradients ?? {})
  const learnt = [...gradients, setup.update?.when, setup.update?.guard].filter(name => name !== undefined)
  const names = [...Object.keys(setup.state), ...Object.keys(setup.update?.gradients ?? {})]
  const resident = residentValues(names, setup.initial, setup.update)
  const buffers = outputBuffers(setup, full, resident)
  const maker = maskMaker(setup.masks)
  const crossed = counter()
  const watch = stopwatch()

  return {
    read: async names => resident.read(names),
    write: async values => resident.write(values),
    traffic: () => crossed.tensors(),
    profile: async () => watch.tensors(await full.nodeTimes()),
    async run({ inputs, masks, outputs, rate }) {
      const backward = rate !== undefined || outputs.some(name => gradients.includes(name))
      const session = backward ? full : await forward()
      const moving = backward || !setup.keepState ? Object.entries(setup.state) : []
      const learning = rate === undefined ? [] : learnt
      const fetched = [...new Set([...outputs, ...learning, ...moving.map(([, output]) => output)])]
      const into = buffers.take(fetched, outputs)
      const drawn = await watch.during('masks', () =>
        maker.masks(masks, rate === undefined ? undefined : resident.updates()),
      )
      const work = { inputs: { ...inputs, ...drawn }, resident, fetched, into, crossed }
      const results = await watch.during(rate === undefined ? 'answering' : 'learning', () =>
        runSession(setup, session, work),
      )
      const answer = Object.fromEntries(outputs.map(name => [name, results[name]!]))
      if (rate !== undefined) {
        Object.assign(answer, await watch.during('update', () => learn(setup, resident, results, rate)))
      }
      for (const [input, output] of rate === undefined || isSound(setup, results) ? moving : []) {
        buffers.recycle(output, resident.input(input))
        const value = results[output]!
        resident.setState(input, outputs.includes(output) ? copyOf(value) : value)
      }
      return answer
    },
    async release() {
      await full.release()
      if (setup.forward !== undefined && forward.called()) await (await forward()).release()
    },
  }
}

/** Updates the parameters, unless the run says that it does not count. @returns what a run that learns tells besides */
function learn(setup: Setup, resident: Resident, results: Tensors, rate: number): Tensors {
  const { norm: name, when, guard } = setup.update ?? {}
  const counts = isSound(setup, results) && (when === undefined || Number(results[when]!.data[0]) > 0)
  const norm = counts ? resident.learn(results, rate) : resident.norm(results)
  return {
    ...(name === undefined ? {} : { [name]: scalar(norm) }),
    ...(when === undefined ? {} : { [when]: results[when]! }),
    ...(guard === undefined ? {} : { [guard]: results[guard]! }),
  }
}

/** Whether what guards the state is a finite number in a run that learns. */
export function isSound({ update }: Pick<Setup, 'update'>, results: Tensors): boolean {
  const { guard } = update ?? {}
  return guard === undefined || Number.isFinite(Number(results[guard]!.data[0]))
}

/** What leaves the host takes its buffer along, so state that is also an answer needs one of its own. */
function copyOf(value: Tensor): Tensor {
  return { ...value, data: value.data.slice() }
}

interface Work {
  readonly inputs: Tensors
  readonly resident: Resident
  readonly fetched: readonly string[]
  readonly into: Tensors
  readonly crossed: Counter
}

async function runSession(setup: Setup, session: Session, work: Work): Promise<Tensors> {
  const feeds: Record<string, Tensor> = {}
  for (const name of session.inputs) feeds[name] = work.inputs[name] ?? work.resident.input(name)
  try {
    const results = await session.run(feeds, work.fetched, work.into)
    work.crossed.run()
    if (setup.device !== 'cpu') work.crossed.count([...Object.values(feeds), ...Object.values(results)])
    return results
  } catch (error) {
    throw deviceFailure('run', setup, error)
  }
}

/** Does something at the first call and gives the same promise ever after. */
function once<T>(work: () => Promise<T>): (() => Promise<T>) & { called(): boolean } {
  let result: Promise<T> | undefined
  return Object.assign(() => (result ??= work()), { called: () => result !== undefined })
}
