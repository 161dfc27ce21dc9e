/** Entry of the child process: answers requests until `close`, or until its parent is gone. */
import { answerWith } from './answer.ts'
import { loadOnnxProgram } from './onnx-program.ts'
import { programCore } from './program-core.ts'
import type { Request } from './protocol.ts'

const core = programCore(loadOnnxProgram)

process.on('message', (request: Request) => {
  void answerWith(core, request).then(reply => {
    if (!process.connected) return
    process.send?.(reply, undefined, {}, () => {
      if (request.kind === 'close') process.disconnect()
    })
  })
})
// The parent decides when to end: a signal to the whole group must not take a run away from it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
// What a program holds on a device must be freed before the device goes.
process.on('disconnect', () => void answerWith(core, { kind: 'close' }).then(() => process.exit()))
