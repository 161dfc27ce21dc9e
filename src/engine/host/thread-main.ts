/** Entry of the worker thread: answers requests until `close`. */
import { parentPort, workerData } from 'node:worker_threads'
import { buffersOf } from '../buffers.ts'
import { leaveDevice, takeDevice } from '../device/device-lock.ts'
import { answerWith } from './answer.ts'
import { markIdle } from './exit-guard.ts'
import { loadOnnxProgram } from './onnx-program.ts'
import { programCore } from './program-core.ts'
import type { Reply, Request } from './protocol.ts'
import { isThreadData } from './thread-data.ts'

const port = parentPort
if (port === null || !isThreadData(workerData)) throw new Error('this file is the entry of a worker thread')
const { busy, device, host } = workerData

const core = programCore(loadOnnxProgram)
let onDevice = false
port.on('message', (request: Request) => {
  if (request.kind === 'load') onDevice = request.setup.device === 'webgpu'
  if (onDevice) takeDevice(device, host)
  void answerWith(core, request).then(reply => send(request, reply))
})
process.on('exit', () => markIdle(busy))

function send(request: Request, reply: Reply): void {
  leaveDevice(device, host)
  markIdle(busy)
  port?.postMessage(reply, 'tensors' in reply ? buffersOf(reply.tensors) : [])
  if (request.kind === 'close') port?.close()
}
