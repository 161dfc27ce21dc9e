import type { Tensor, Tensors } from '../../core/index.ts'
import { engineFailure } from './engine-failure.ts'
import { maskMaker } from './masks.ts'
import { outputBuffers } from './output-buffers.ts'
import type { Request, Setup } from './protocol.ts'
import { type Resident, residentValues } from './resident.ts'
import type { OpenSession, Session } from './session.ts'

/** The program as it lives inside a host: sessions, resident values, the optimizer. Answers one request at a time. */
export interface ProgramCore {
  answer(request: Request): Promise<Tensors>
}

type RunRequest = Extract<Request, { kind: 'run' }>

/** @param openSession loads a graph into the engine that this host runs */
export function programCore(openSession: OpenSession): ProgramCore {
  let program: LoadedProgram | undefined
  const loaded = (): LoadedProgram => {
    if (program === undefined) throw new Error('a host was asked to work before its graph was loaded')
    return program
  }
  return {
    async answer(request) {
      switch (request.kind) {
        case 'load':
          program = await loadProgram(request.setup, openSession)
          return {}
        case 'run':
          return loaded().run(request)
        case 'read':
          return loaded().resident.read(request.names)
        case 'write':
          loaded().resident.write(request.values)
          return {}
        case 'close':
          await program?.release()
          program = undefined
          return {}
      }
    },
  }
}

interface LoadedProgram {
  readonly resident: Resident
  run(request: RunRequest): Promise<Tensors>
  release(): Promise<void>
}

async function loadProgram(setup: Setup, openSession: OpenSession): Promise<LoadedProgram> {
  const open = async (onnx: Uint8Array): Promise<Session> => {
    try {
      return await openSession(onnx, { threads: setup.threads, weightsVary: setup.update !== undefined })
    } catch (error) {
      throw engineFailure('load', setup.graph, error)
    }
  }
  const full = await open(setup.onnx)
  const forward = once(async () => (setup.forward === undefined ? full : await open(setup.forward)))
  const gradients = Object.values(setup.update?.gradients ?? {})
  const names = [...Object.keys(setup.state), ...Object.keys(setup.update?.gradients ?? {})]
  const resident = residentValues(names, setup.initial, setup.update)
  const buffers = outputBuffers(setup, full, resident)
  const maker = maskMaker(setup.masks)

  return {
    resident,
    async run({ inputs, masks, outputs, rate }) {
      const backward = rate !== undefined || outputs.some(name => gradients.includes(name))
      const session = backward ? full : await forward()
      const moving = backward || !setup.keepState ? Object.entries(setup.state) : []
      const learning = rate === undefined ? [] : gradients
      const fetched = [...new Set([...outputs, ...learning, ...moving.map(([, output]) => output)])]
      const into = buffers.take(fetched, outputs)
      const drawn = maker.masks(masks, rate === undefined ? undefined : resident.updates())
      const results = await runSession(setup, session, { inputs: { ...inputs, ...drawn }, resident, fetched, into })
      if (rate !== undefined) resident.learn(results, rate)
      const answer = Object.fromEntries(outputs.map(name => [name, results[name]!]))
      for (const [input, output] of moving) {
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

/** What leaves the host takes its buffer along, so state that is also an answer needs one of its own. */
function copyOf(value: Tensor): Tensor {
  return { ...value, data: value.data.slice() }
}

interface Work {
  readonly inputs: Tensors
  readonly resident: Resident
  readonly fetched: readonly string[]
  readonly into: Tensors
}

async function runSession(setup: Setup, session: Session, work: Work): Promise<Tensors> {
  const feeds: Record<string, Tensor> = {}
  for (const name of session.inputs) feeds[name] = work.inputs[name] ?? work.resident.input(name)
  try {
    return await session.run(feeds, work.fetched, work.into)
  } catch (error) {
    throw engineFailure('run', setup.graph, error)
  }
}

/** Does something at the first call and gives the same promise ever after. */
function once<T>(work: () => Promise<T>): (() => Promise<T>) & { called(): boolean } {
  let result: Promise<T> | undefined
  return Object.assign(() => (result ??= work()), { called: () => result !== undefined })
}
