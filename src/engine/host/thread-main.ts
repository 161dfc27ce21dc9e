/** Entry of the worker thread: answers requests until `close`. */
import { parentPort, workerData } from 'node:worker_threads'
import { buffersOf } from '../buffers.ts'
import { answerWith } from './answer.ts'
import { markIdle } from './exit-guard.ts'
import { loadOnnxProgram } from './onnx-program.ts'
import { programCore } from './program-core.ts'
import type { Reply, Request } from './protocol.ts'

const port = parentPort
const busy: unknown = workerData
if (port === null || !(busy instanceof Int32Array)) throw new Error('this file is the entry of a worker thread')

const core = programCore(loadOnnxProgram)
port.on('message', (request: Request) => {
  void answerWith(core, request).then(reply => send(request, reply))
})
process.on('exit', () => markIdle(busy))

function send(request: Request, reply: Reply): void {
  markIdle(busy as Int32Array)
  port?.postMessage(reply, 'tensors' in reply ? buffersOf(reply.tensors) : [])
  if (request.kind === 'close') port?.close()
}
