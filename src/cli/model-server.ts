import { type Log, systemClock } from '../core/index.ts'
import { openClassifier, type SitePrevalence } from '../models/index.ts'
import type { ModelFile, Workspace } from '../project/index.ts'
import { serve } from '../serve/index.ts'
import { type Listener, listen, listenOn } from './listen.ts'

/** Loads a model into a process of its own, so that a crash there leaves the server standing, and listens. */
export async function modelServer(
  workspace: Workspace,
  model: ModelFile,
  options: {
    readonly host: string
    readonly port: number
    /** The path of a Unix socket, in the place of host and port. */
    readonly socket?: string | undefined
    readonly log: Log
    /** Answers for a place with another share of films with the finding. */
    readonly prevalence?: SitePrevalence | undefined
  },
): Promise<Listener> {
  const classifier = await openClassifier(model.bytes, workspace.engine, {
    host: 'process',
    prevalence: options.prevalence,
    ...(workspace.config.threads === undefined ? {} : { threads: workspace.config.threads }),
  })
  try {
    const app = serve({
      classifier,
      version: { name: model.name, version: model.version },
      log: options.log,
      clock: systemClock,
    })
    const listener = await (options.socket === undefined ? listen(app, options) : listenOn(app, options.socket))
    return {
      url: listener.url,
      close: async () => {
        await listener.close()
        await classifier[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await classifier[Symbol.asyncDispose]()
    throw error
  }
}
