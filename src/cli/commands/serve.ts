import type { SitePrevalence } from '../../models/index.ts'
import { openModel } from '../../project/index.ts'
import { modelReference } from '../model-reference.ts'
import { modelServer } from '../model-server.ts'
import { serviceLog } from '../service-log.ts'
import { type CommonOptions, inProject } from '../session.ts'

export interface ServeOptions extends CommonOptions {
  readonly model?: string
  readonly port?: number
  readonly host?: string
  readonly prevalence?: SitePrevalence
}

/** Serves a model until it is told to stop. */
export async function serveModel(options: ServeOptions): Promise<void> {
  await inProject(options, async session => {
    const { config, workspace, output, signal } = session
    const model = await openModel(workspace, modelReference(options.model))
    const log = serviceLog()
    const server = await modelServer(workspace, model, {
      host: options.host ?? config.serve.host,
      port: options.port ?? config.serve.port,
      log,
      prevalence: options.prevalence,
    })
    output.record({ url: server.url, model: model.reference })
    output.say(`Serving ${model.reference} at ${server.url}`)
    output.say(`next: open ${server.url}, or curl -F file=@FILM.png ${server.url}`)
    await aborted(signal)
    await server.close()
  })
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
