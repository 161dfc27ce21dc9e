import { Misuse, throwIfAborted } from '../core/index.ts'
import { encode, type Graph, withOutputs } from '../graph/index.ts'
import { copyTensors, ownTensors } from './buffers.ts'
import { type Conversation, converse } from './conversation.ts'
import { trafficOf } from './device/counter.ts'
import type { Device } from './device/device.ts'
import type { LoadOptions, Program, Update, UpdateGraph, UpdateNodes } from './engine.ts'
import type { OpenLink } from './host/link.ts'
import type { Setup } from './host/protocol.ts'
import { profileOf } from './host/stopwatch.ts'
import { checkInputs, checkOutputs, type Signature, signatureOf } from './signature.ts'
import { defaultThreads } from './threads.ts'

export interface Place {
  readonly device: Device
  readonly openLink: OpenLink
}

/** Checks what is asked for, opens a host, and sends the graph there. */
export async function loadProgram(graph: Graph, options: LoadOptions, place: Place): Promise<Program> {
  throwIfAborted(options.signal)
  const signature = signatureOf(graph, options)
  const host = converse(graph.name, place.openLink)
  try {
    await host.ask(async () => ({ kind: 'load', setup: await setupOf(graph, options, signature, place.device) }))
    throwIfAborted(options.signal)
  } catch (error) {
    await host.close()
    // Ctrl-C may hit a child before it has left our process group: that is an interruption, not a crash.
    throwIfAborted(options.signal)
    throw error
  }
  return programOver(host, signature)
}

async function setupOf(graph: Graph, options: LoadOptions, { answers }: Signature, device: Device): Promise<Setup> {
  const { nodes, ...update } = options.update ?? { gradients: {} }
  const updated = device === 'webgpu' && 'optimizer' in update ? withUpdate(graph, update, nodes) : undefined
  // On a device each kind of run makes its own part of the graph.
  const forward = device === 'webgpu' ? options.forward : forwardPart(graph, options)
  return {
    graph: graph.name,
    device,
    onnx: encode(updated?.graph ?? graph),
    ...(forward === undefined ? {} : { forward: encode(forward) }),
    ...(options.forward === undefined ? {} : { keepState: true }),
    threads: options.threads ?? defaultThreads(),
    answers,
    state: options.state ?? {},
    initial: await copyTensors(options.initial ?? {}),
    ...('optimizer' in update ? { update } : {}),
    ...(updated === undefined ? {} : { updating: { state: updated.state, rate: updated.rate, step: updated.step } }),
    ...(options.masks === undefined ? {} : { masks: options.masks }),
    ...(options.profile ? { profile: true } : {}),
  }
}

function withUpdate(graph: Graph, update: Omit<Update, 'nodes'>, nodes: UpdateNodes | undefined): UpdateGraph {
  if (nodes !== undefined) return nodes(graph, update)
  throw new Misuse(
    `Cannot load graph "${graph.name}": on a device its update must be nodes of the graph, and no "update.nodes" was given`,
    { next: 'give autodiff\'s "withUpdate" as "update.nodes"' },
  )
}

/** ONNX Runtime computes every output whether it is asked for or not, so runs without a rate need a graph of their own. */
function forwardPart(graph: Graph, { update, forward }: LoadOptions): Graph | undefined {
  if (forward !== undefined) return forward
  const gradients = Object.values(update?.gradients ?? {})
  const learning = [...gradients, update?.when]
  const others = graph.outputs.map(({ name }) => name).filter(name => !learning.includes(name))
  return gradients.length === 0 || others.length === 0 ? undefined : withOutputs(graph, others)
}

function programOver(host: Conversation, signature: Signature): Program {
  return {
    async run(inputs, { signal, outputs = signature.answers, rate, handOver = false } = {}) {
      const masks = checkInputs(signature, inputs)
      checkOutputs(signature, outputs)
      return host.ask(
        async () => ({
          kind: 'run',
          inputs: handOver ? await ownTensors(inputs) : await copyTensors(inputs),
          masks,
          outputs,
          ...(rate === undefined ? {} : { rate }),
        }),
        signal,
      )
    },
    read: names => host.ask(() => ({ kind: 'read', ...(names === undefined ? {} : { names }) })),
    async write(values) {
      await host.ask(async () => ({ kind: 'write', values: await copyTensors(values) }))
    },
    traffic: async () => trafficOf(await host.ask(() => ({ kind: 'traffic' }))),
    profile: async () => profileOf(await host.ask(() => ({ kind: 'profile' }))),
    [Symbol.asyncDispose]: () => host.close(),
  }
}
