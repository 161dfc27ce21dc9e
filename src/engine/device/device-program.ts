import { Problem, scalar, type Tensors } from '../../core/index.ts'
import { decode, type Graph } from '../../graph/index.ts'
import { maskMaker } from '../host/masks.ts'
import { isSound, type LoadedProgram, type RunRequest } from '../host/program-core.ts'
import type { Setup } from '../host/protocol.ts'
import { stopwatch } from '../host/stopwatch.ts'
import { counter } from './counter.ts'
import { deviceFailure } from './device-failure.ts'
import { deviceState } from './device-state.ts'
import { variants } from './variants.ts'

/** Input ← output, of a run that learns or of one that does not. */
type State = Readonly<Record<string, string>>

/**
 * A program on a device. What a run leaves for the next one stays there: between the host and the device go only what a run
 * is given and what it answers with, one tensor each.
 */
export async function loadDeviceProgram(setup: Setup): Promise<LoadedProgram> {
  const graph = decode(setup.onnx)
  const learning: State = { ...setup.state, ...setup.updating?.state }
  const resident = graph.inputs.filter(({ name }) => name in learning)
  refuseOtherTypes(setup, graph, resident)
  const count = counter()
  const state = deviceState({
    inputs: resident,
    slots: Object.keys(setup.updating?.state ?? {}).filter(name => !(name in parametersOf(setup))),
    learns: setup.updating !== undefined,
    initial: setup.initial,
    counter: count,
  })
  const watch = stopwatch()
  const maker = maskMaker(setup.masks)
  const residentNames = new Set(Object.keys(learning))
  const runs = variants(graph, residentNames)
  const judging = setup.forward === undefined ? runs : variants(decode(setup.forward), residentNames)
  const gradients = new Set(Object.values(setup.update?.gradients ?? {}))
  const failing = async <T>(action: 'load' | 'run', work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw deviceFailure(action, setup, error)
    }
  }
  const givenTo = ({ inputs, masks, rate }: RunRequest): Tensors => ({
    ...inputs,
    ...maker.masks(masks, rate === undefined ? undefined : state.updates()),
    ...(rate === undefined ? {} : updateInputs(setup, rate, state.updates() + 1)),
  })

  // A run that learns tells the norm of its gradients too, and whether its update counts, where these have names.
  const { norm, when, guard } = setup.update ?? {}
  const told = [norm, when, guard].filter(name => name !== undefined)
  const counts = (answer: Tensors): boolean => when === undefined || Number(answer[when]!.data[0]) > 0
  /** What a run that learns may change: nothing that gradients without numbers have spoilt. */
  const movedBy = (answer: Tensors): State => {
    if (!isSound(setup, answer)) return {}
    const spoilt = counts(answer) && norm !== undefined && !Number.isFinite(Number(answer[norm]!.data[0]))
    return spoilt ? setup.state : learning
  }

  await failing('load', () => runs.check({ answers: [...setup.answers, ...told], state: learning }))
  if (judging !== runs) await failing('load', () => judging.check({ answers: setup.answers, state: {} }))
  return {
    async run(request) {
      const { rate, outputs } = request
      const judges = rate === undefined && !outputs.some(name => gradients.has(name))
      const kept: State = judges && setup.keepState ? {} : setup.state
      const carried = rate === undefined ? kept : learning
      const given = await watch.during('masks', () => givenTo(request))
      const answers = rate === undefined ? outputs : [...new Set([...outputs, ...told])]
      const variant = await failing('load', () => (judges ? judging : runs).open({ answers, state: carried }, given))
      const tensors = variant.pack(given)
      const there = await state.there(variant.resident)
      const results = await failing('run', () =>
        watch.during(rate === undefined ? 'answering' : 'learning', () => variant.session.run(tensors, there)),
      )
      count.run()
      count.count([...Object.values(tensors), ...Object.values(results.answers)])
      const answer = variant.unpack(results.answers, given)
      const moved = rate === undefined ? carried : movedBy(answer)
      for (const [input, output] of Object.entries(carried)) {
        if (input in moved) state.replace(input, results.kept[output]!)
        else results.kept[output]!.dispose()
      }
      if (rate !== undefined && moved === learning && counts(answer)) state.countUpdate()
      return answer
    },
    read: names => state.read(names),
    write: async values => state.write(values),
    traffic: () => count.tensors(),
    profile: async () => watch.tensors([]),
    async release() {
      await state.release()
      await runs.release()
      await judging.release()
    },
  }
}

function parametersOf(setup: Setup): Readonly<Record<string, string>> {
  return setup.update?.gradients ?? {}
}

function updateInputs({ updating }: Setup, rate: number, step: number): Tensors {
  if (updating === undefined) throw new Error('a rate was given to a program that has no update')
  return { [updating.rate]: scalar(rate), [updating.step]: scalar(step) }
}

function refuseOtherTypes(setup: Setup, graph: Graph, resident: Graph['inputs']): void {
  const other = resident.find(({ dtype }) => dtype !== 'float32')
  if (other === undefined) return
  throw new Problem(
    `Cannot load graph "${graph.name}" on ${setup.device}: resident input "${other.name}" is ${other.dtype}, only float32 stays on a device`,
  )
}
