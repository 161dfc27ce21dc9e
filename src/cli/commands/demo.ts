import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { duration, silentLog } from '../../core/index.ts'
import { type FilmRow, readManifest } from '../../dataset/index.ts'
import { configName, openModel, type StageOutcome, type Workspace } from '../../project/index.ts'
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
    const answer = await askServer(session, await surestFilm(outcomes, session.workspace))
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
    say(`  the film was drawn with ${answer.target}`)
    say(`  → ${answer.overlay}`)
    say()
    say(`Done in ${duration(Date.now() - started)}. Everything is in ${folder}`)
    say()
    printNext(session, folder, answer.film)
  })
}

interface ServerAnswer {
  readonly url: string
  readonly reply: unknown
  readonly film: string
  /** What it shows. */
  readonly target: string
  readonly overlay: string
}

/** A film of the testing set that shows a finding, and how sure the model is of it. */
interface SureFilm {
  readonly film: FilmRow
  readonly target: string
  readonly probability: number
}

/** The film with a target that the model is surest of: something to look at. */
async function surestFilm(
  outcomes: readonly StageOutcome[],
  { base, config: { targets } }: Workspace,
): Promise<SureFilm> {
  const rows = readManifest(await textOf(outcomes, 'prepare', 'manifest.csv'))
  const films = new Map(rows.map(film => [String(film.row), { ...film, path: resolve(base, film.path) }]))
  const [header = '', ...lines] = (await textOf(outcomes, 'evaluate', 'predictions.csv')).trim().split('\n')
  const columns = header.split(',')
  const shown = lines.flatMap(line => {
    const cells = line.split(',')
    return columns.flatMap((column, place): readonly SureFilm[] => {
      const film = films.get(cells[0]!)
      // `label.Effusion,logit.Effusion,probability.Effusion` where there are several targets; without the name where there is one.
      if (!/^label\b/.test(column) || cells[place] !== '1' || film === undefined) return []
      const target = column.slice('label.'.length) || targets[0]!
      return [{ film, target, probability: Number(cells[place + 2]) }]
    })
  })
  const surest = shown.toSorted((a, b) => b.probability - a.probability)[0]
  if (!surest) throw new Error('The testing set holds no film with a target')
  return surest
}

async function textOf(outcomes: readonly StageOutcome[], stage: string, output: string): Promise<string> {
  const found = outcomes.find(outcome => outcome.stage === stage)
  if (!found) throw new Error(`The cycle had no "${stage}" stage`)
  return new TextDecoder().decode(await found.read(output))
}

/** Starts the server on a free port, asks it as the guide does, and for the heat map. */
async function askServer(session: Session, { film, target }: SureFilm): Promise<ServerAnswer> {
  const { workspace } = session
  const server = await modelServer(workspace, await openModel(workspace), {
    host: '127.0.0.1',
    port: 0,
    log: silentLog,
  })
  try {
    const reply = await (await post(server.url, film, 'application/json')).json()
    const picture = await post(`${server.url}/explain?finding=${encodeURIComponent(target)}`, film, 'image/png')
    const overlay = resolve(workspace.base, session.config.output, 'demo-overlay.png')
    await writeFileWhole(overlay, new Uint8Array(await picture.arrayBuffer()))
    return { url: server.url, reply, film: film.path, target, overlay }
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
