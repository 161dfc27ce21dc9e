import { text } from 'node:stream/consumers'
import { systemClock } from '../../core/index.ts'
import { onnxRuntime } from '../../engine/index.ts'
import { eventLine, sendOutputs, workOnOrder } from '../../project/index.ts'
import { interruption } from '../interruption.ts'

/** What the agent of a rented machine starts: a stage that tells of itself in lines. */
export async function work(bundle: string, folder: string): Promise<void> {
  const stop = interruption()
  try {
    await workOnOrder(bundle, folder, {
      engine: ({ device }) => onnxRuntime({ device }),
      clock: systemClock,
      progress: event => {
        process.stdout.write(`${eventLine(event)}\n`)
      },
      signal: stop.signal,
    })
  } finally {
    stop.release()
  }
}

/** Puts outputs where the links on the standard input lead. */
export async function send(store: string): Promise<void> {
  await sendOutputs(store, await text(process.stdin), systemClock)
}
