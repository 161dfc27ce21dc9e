import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { duration, silentLog } from '../../core/index.ts'
import { type FilmRow, readManifest } from '../../dataset/index.ts'
import { configName, openModel, type StageOutcome } from '../../project/index.ts'
import { makeFolder, writeFileWhole } from '../../store/index.ts'
import { configTemplate, phantomSource } from '../config-template.ts'
import { modelServer } from '../model-server.ts'
import { paint } from '../output.ts'
import { type CommonOptions, inProject, type Session } from '../session.ts'
import { runStages } from './cycle.ts'

interface DemoOptions extends CommonOptions {
  readonly folder?: string
  readonly keepServing?: boolean
}

/** The whole cycle on phantoms, then a real server that is asked about one film nobody trained on. */
export async function demo(options: DemoOptions): Promise<void> {
  const folder = resolve(options.folder ?? 'chestnut-demo')
  await makeFolder(folder)
  const config = join(folder, configName)
  if (!existsSync(config)) await writeFileWhole(config, configTemplate(phantomSource))
  const started = Date.now()
  await inProject({ ...options, folder }, async session => {
    const { say } = session.output
    say(paint('bold', 'Chestnut demo: from drawn chest films to a served, explained prediction', process.stdout))
    say()
    const outcomes = await runStages(session, 'run')
    const answer = await askServer(session, await surestFilm(outcomes, shownTarget(session)))
    session.output.record({
      stages: outcomes.map(({ ran, record }) => ({ ran, ...record })),
      prediction: answer.reply,
      overlay: answer.overlay,
    })
    say()
    say(
      `${paint('bold', 'ask', process.stdout)}       POST ${answer.url} with a film that no training saw, the one the model is surest of`,
    )
    say(`  ${JSON.stringify(answer.reply)}`)
    say(`  the film was drawn ${answer.truth}`)
    say(`  → ${answer.overlay}`)
    say()
    say(`Done in ${duration(Date.now() - started)}. Everything is in ${folder}`)
    say()
    printNext(session, folder, answer.film)
  })
}

/** The finding that the demo's own configuration names; of others the first. */
function shownTarget({ config }: Session): string {
  return config.targets === 'all' ? 'Pneumonia' : config.targets[0]!
}

interface ServerAnswer {
  readonly url: string
  readonly reply: unknown
  readonly film: string
  readonly truth: string
  readonly overlay: string
}

/** The film of the testing set with the target that the model is surest of: something to look at. */
async function surestFilm(outcomes: readonly StageOutcome[], target: string): Promise<FilmRow> {
  const rows = readManifest(await textOf(outcomes, 'prepare', 'manifest.csv'))
  const [header = '', ...predictions] = (await textOf(outcomes, 'evaluate', 'predictions.csv')).trim().split('\n')
  const column = header.split(',').findIndex(name => name === 'probability' || name === `probability.${target}`)
  const probability = new Map(
    predictions.map(line => line.split(',').map(Number)).map(cells => [cells[0], cells[column] ?? 0]),
  )
  const films = rows.filter(row => row.split === 'test' && row.labels[target] === 1)
  const surest = films.toSorted((a, b) => (probability.get(b.row) ?? 0) - (probability.get(a.row) ?? 0))[0]
  if (!surest) throw new Error(`The testing set holds no film with ${target}`)
  return surest
}

async function textOf(outcomes: readonly StageOutcome[], stage: string, output: string): Promise<string> {
  const found = outcomes.find(outcome => outcome.stage === stage)
  if (!found) throw new Error(`The cycle had no "${stage}" stage`)
  return new TextDecoder().decode(await found.read(output))
}

/** Starts the server on a free port, asks it as the guide does, and for the heat map. */
async function askServer(session: Session, film: FilmRow): Promise<ServerAnswer> {
  const { workspace } = session
  const server = await modelServer(workspace, await openModel(workspace), {
    host: '127.0.0.1',
    port: 0,
    log: silentLog,
  })
  try {
    const reply = await (await post(server.url, film, 'application/json')).json()
    const picture = await post(`${server.url}/explain`, film, 'image/png')
    const overlay = resolve(workspace.base, session.config.output, 'demo-overlay.png')
    await writeFileWhole(overlay, new Uint8Array(await picture.arrayBuffer()))
    const truth = film.labels[shownTarget(session)] === 1 ? 'with an opacity' : 'without an opacity'
    return { url: server.url, reply, film: film.path, truth, overlay }
  } finally {
    await server.close()
  }
}

async function post(url: string, film: FilmRow, accept: string): Promise<Response> {
  const form = new FormData()
  form.set('file', new Blob([await readFile(film.path)], { type: 'image/png' }), 'film.png')
  const response = await fetch(url, { method: 'POST', body: form, headers: { accept } })
  if (!response.ok) throw new Error(`The server answered ${response.status} to a good film: ${await response.text()}`)
  return response
}

function printNext(session: Session, folder: string, film: string): void {
  const place = relative(process.cwd(), folder) || '.'
  const { say } = session.output
  say('next:')
  say(`  cd ${place}`)
  say('  npx chestnut serve                    # the web page and the REST API')
  say(`  npx chestnut predict ${relative(folder, film)} --explain`)
  say('  npx chestnut evaluate --folds 5       # cross-validated by patient')
  say('  edit chestnut.config.ts, npx chestnut run   # only what changed')
  say(
    `Look at ${join(place, session.config.output, 'explore.html')} and ${join(place, session.config.output, 'evaluation.html')}`,
  )
}
