import { Misuse } from '../../core/index.ts'
import type { SitePrevalence } from '../../models/index.ts'
import { type ModelFile, openModel } from '../../project/index.ts'
import { modelReference } from '../model-reference.ts'
import { modelServer } from '../model-server.ts'
import { serviceLog } from '../service-log.ts'
import { type CommonOptions, inProject } from '../session.ts'

export interface ServeOptions extends CommonOptions {
  readonly model?: string
  readonly port?: number
  readonly host?: string
  readonly prevalence?: SitePrevalence
  /** The path of a Unix socket. */
  readonly socket?: string
  /** What answers call a model file. */
  readonly name?: ModelName
}

export interface ModelName {
  readonly name: string
  readonly version: number
}

/** Serves a model until it is told to stop. */
export async function serveModel(options: ServeOptions): Promise<void> {
  await inProject(options, async session => {
    const { config, workspace, output, signal } = session
    if (options.socket !== undefined && (options.port ?? options.host) !== undefined) {
      throw new Misuse('Cannot listen on "--socket" and on "--port" or "--host": wanted one of them')
    }
    const opened = await openModel(workspace, modelReference(options.model))
    const model = options.name === undefined ? opened : named(opened, options.name)
    const log = serviceLog()
    const server = await modelServer(workspace, model, {
      host: options.host ?? config.serve.host,
      port: options.port ?? config.serve.port,
      socket: options.socket,
      log,
      prevalence: options.prevalence,
    })
    output.record({ url: server.url, model: model.reference })
    output.say(`Serving ${model.reference} at ${server.url}`)
    if (options.socket === undefined) {
      output.say(`next: open ${server.url}, or curl -F file=@FILM.png ${server.url}`)
    }
    await aborted(signal)
    await server.close()
  })
}

function named(model: ModelFile, { name, version }: ModelName): ModelFile {
  return { ...model, name, version, reference: `${name}@${version}` }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
