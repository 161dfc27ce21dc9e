import { Problem, type Random } from '../../core/index.ts'
import { cutAt, foldBatchNormalization, type Graph, inferShapes, type Shape, withOutputs } from '../../graph/index.ts'
import { type Contract, contract } from '../../imaging/index.ts'
import { batchNormsOf, ownStatistics } from '../batch-norms.ts'
import { type Backbone, imageInput } from '../network.ts'
import { learnedWeights } from '../trained-part.ts'
import type { Weights } from '../weights/weights.ts'
import type { Origin } from './definition.ts'
import { drawnWeights } from './drawn-weights.ts'
import { fileWeights } from './file-weights.ts'
import type { LayerWeights } from './layers.ts'
import { definitions } from './named.ts'
import { type NetworkName, networkNames } from './names.ts'
import { findOrigin, strangeNames, type WeightsFile } from './recognise.ts'
import { type NamedOptions, placeOf, type WrittenNetwork, writeNetwork } from './written-network.ts'

/**
 * A network that people know by name, with the numbers of a file. It stays frozen unless told from which layer on it is trained.
 * @param subject what the file is called in errors
 */
export function pretrainedBackbone(options: NamedOptions, weights: Weights, subject: string): Backbone {
  return cutNetwork(options, networkOfFile(options, weights, subject))
}

/** A whole network with the numbers of a file. @throws Problem when the file is of another network */
export function networkOfFile(options: NamedOptions, weights: Weights, subject: string): WrittenNetwork {
  const { definition, network } = options
  const file = { weights, subject }
  const found = findOrigin(file, definition)
  if (found === undefined) throw misfit(network, file, strangeNames(file, definition))
  const { origin } = found
  const numbers = fileWeights(file, found, { stem: definition.stem })
  const written = writeNetwork(options, origin, contractOf(options, origin), numbers)
  const fault = numbers.fault()
  if (fault !== undefined) throw misfit(network, file, `read as those of ${origin.name}, ${fault}`)
  return written
}

function misfit(network: string, file: WeightsFile, why: string): Problem {
  const fitting = networkNames.find(name => fits(file, name))
  return new Problem(`Cannot put the weights "${file.subject}" into the network "${network}": ${why}`, {
    next:
      fitting === undefined
        ? 'check "network" in chestnut.config.ts, or export the network as ONNX and use onnx({ path })'
        : `they fit network: '${fitting}'`,
  })
}

/** Whether a file has all that a network asks for, and no more convolutions. */
function fits(file: WeightsFile, network: NetworkName): boolean {
  const definition = definitions[network]
  const found = findOrigin(file, definition)
  if (found === undefined) return false
  const { origin } = found
  const numbers = fileWeights(file, found, { stem: definition.stem, namesOnly: true })
  writeNetwork({ network, definition }, origin, contract({ channels: origin.channels ?? 3, size: 224 }), numbers)
  return numbers.fault() === undefined
}

/** A network that people know by name, with drawn numbers; all of it is trained unless told otherwise. */
export function drawnBackbone(options: NamedOptions, draw: Random): Backbone {
  const { stem, silent } = options.definition
  const trainFrom = options.trainFrom ?? stem
  return cutNetwork({ ...options, trainFrom }, networkOfNumbers(options, drawnWeights(draw, silent)))
}

/** A whole network with numbers of no file: in the ways of its first library, with the names of all. */
export function networkOfNumbers(options: NamedOptions, numbers: LayerWeights): WrittenNetwork {
  const { origins } = options.definition
  const made = contract({ size: 224, range: [-1, 1], ...options.contract })
  return { ...writeNetwork(options, origins[0], made, numbers), origins }
}

function cutNetwork(options: NamedOptions, written: WrittenNetwork): Backbone {
  const { network, definition, cut, trainFrom, batchNorm } = options
  const features = placeOf(written, network, cut ?? definition.features, 'cut').output
  const plain = withOutputs(written.graph, [features])
  const part =
    trainFrom === undefined
      ? frozenPart(plain, network, batchNorm)
      : trainedPart(plain, options, trainFrom, placeOf(written, network, trainFrom, 'trainFrom').input)
  return {
    ...part,
    contract: written.contract,
    features,
    featureShape: spatialShape(network, part.graph, features),
    explain: features,
    pool: 'average',
  }
}

/** The library's way with images, with what the configuration says otherwise. */
function contractOf(
  { network, contract: stated = {} }: Pick<NamedOptions, 'network' | 'contract'>,
  origin: Origin,
): Contract {
  const { mean = [0], deviation = [1] } = { ...origin.contract, ...stated }
  if (stated.channels !== 1 || origin.channels === 1) return contract({ ...origin.contract, ...stated })
  // Grey films give three equal channels only where all are normalised alike; then one channel with the summed weights is the same.
  if (![mean, deviation].every(values => values.every(value => value === values[0]))) {
    throw new Problem(
      `Cannot give the network "${network}" one channel: the three channels of ${origin.name} are normalised differently`,
      { next: 'leave "channels" out of the contract: grey films fill all three channels' },
    )
  }
  return contract({ ...origin.contract, ...stated, mean: mean.slice(0, 1), deviation: deviation.slice(0, 1) })
}

function spatialShape(network: string, graph: Graph, features: string): Shape {
  const shape = inferShapes(graph).get(features)?.shape ?? []
  if (shape.length === 4) return shape
  throw new Problem(
    `Cannot cut the network "${network}" at "${features}": its shape is [${shape.join(', ')}], [N, C, h, w] was wanted`,
    { next: `npx chestnut layers ${network}` },
  )
}

type Part = Pick<Backbone, 'graph' | 'trainFrom' | 'parameters' | 'batchNorms'>

function frozenPart(graph: Graph, network: string, batchNorm: NamedOptions['batchNorm']): Part {
  if (batchNorm === 'train') {
    throw new Problem(`Cannot train the batch norms of the network "${network}": all of it is frozen`, {
      next: 'set trainFrom to the first layer that is trained',
    })
  }
  return { graph: foldBatchNormalization(graph), trainFrom: undefined, parameters: [] }
}

/** @throws Problem when other layers reach around the boundary, as they do inside a residual block, or nothing is behind it */
function trainedPart(plain: Graph, { network, batchNorm }: NamedOptions, trainFrom: string, boundary: string): Part {
  const cannot = `Cannot train the network "${network}" from "${trainFrom}" on`
  const command = `npx chestnut layers ${network}, which lists the layers`
  const behind = (graph: Graph): Graph => {
    if (boundary === imageInput) return graph
    if (!graph.nodes.some(({ outputs }) => outputs.includes(boundary))) {
      throw new Problem(`${cannot}: that layer is behind the cut, or a batch norm that is one with its convolution`, {
        next: `name an earlier layer: the convolution before a batch norm; ${command}`,
      })
    }
    try {
      return cutAt(graph, boundary).after
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause
      throw new Problem(`${cannot}: what comes before that layer is also needed behind it`, {
        cause,
        next: `name the whole block that the layer belongs to, or the first layer of one; ${command}`,
      })
    }
  }
  const trained = batchNorm === 'train' ? batchNormsOf(behind(plain)) : []
  const { graph, batchNorms } = ownStatistics(foldBatchNormalization(plain, trained), trained)
  const parameters = learnedWeights(behind(graph))
  if (parameters.length > 0) return { graph, trainFrom: boundary, parameters, batchNorms }
  throw new Problem(`${cannot}: no weights are between there and the cut`, {
    next: `name an earlier layer; ${command}`,
  })
}
