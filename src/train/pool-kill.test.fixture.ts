/** A program for pool.test.ts that computes a pool's features into a folder and says how many are done, until it is killed. */
import { onnxRuntime } from '../engine/index.ts'
import { featureCache } from './feature-cache.ts'
import { frozenFeatures } from './frozen-features.ts'
import { changes, examplesOf, frozenNetwork } from './pool.test.fixture.ts'

const [folder = ''] = process.argv.slice(2)
const films = Array.from({ length: 24 }, (_, i) => i)
const tools = { engine: onnxRuntime(), threads: 1, featureCache: featureCache({ folder, machine: 'test' }) }
const events = frozenFeatures(frozenNetwork(), examplesOf(films, { ...changes, pool: 40 }), tools)
for await (const event of events) if (event.kind === 'features') console.log(event.done)
