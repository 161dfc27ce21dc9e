/**
 * A training in a process of its own, for kill.test.ts: `CASE` (see resume.test.fixture), the folder of its checkpoints or `none`,
 * and the file for the bits of its result.
 */
import { onnxRuntime } from '../engine/index.ts'
import { fileStore, writeFileWhole } from '../store/index.ts'
import type { Checkpoints } from './checkpoint.ts'
import { bitsOf, resumeCases } from './resume.test.fixture.ts'
import { storeCheckpoints } from './store-checkpoints.ts'
import { toEnd } from './to-end.ts'
import { train } from './train.ts'

const [name = '', folder = '', result = ''] = process.argv.slice(2)
const { plan, data } = resumeCases[name]!()
const checkpoints: Checkpoints | undefined =
  folder === 'none'
    ? undefined
    : storeCheckpoints({ store: fileStore(folder), of: '0'.repeat(64), machine: 'this one', mostLost: 0 })
const running = train(plan, data, { engine: onnxRuntime(), threads: 1, checkpoints })
const trained = await toEnd(running, event => {
  if (event.kind === 'warning') process.stderr.write(`${event.text}\n`)
  // One letter an event: r for resumed, s for a step.
  process.stdout.write(event.kind.slice(0, 1))
})
await writeFileWhole(result, JSON.stringify(bitsOf(trained)))
await checkpoints?.clear()
