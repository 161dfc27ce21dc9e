import { Interrupted, Problem, type RunRecord } from '../../core/index.ts'
import { dataDiff, dataLeaks, type FilmRow } from '../../dataset/index.ts'
import {
  type DataVerdict,
  type Judgeable,
  judgeChange,
  type TrainingCurves,
  type Verdict,
} from '../../evaluate/index.ts'
import { decode } from '../../graph/index.ts'
import { readCard } from '../../models/index.ts'
import { blobs } from '../../store/index.ts'
import type { Machines } from '../machines.ts'
import { readPredictions } from '../predictions-table.ts'
import type { StageOutcome } from '../stage.ts'
import type { PreparedFilms } from '../stages/prepare.ts'
import { digestOfOutput } from '../stages/publish.ts'
import type { Workspace } from '../workspace.ts'
import { baseAnswers } from './base-answers.ts'
import { filmsOfDataset, namedAs, type Unseen, unseenBy } from './base-films.ts'
import { billOf, runsOf, worksOf } from './bill.ts'
import { type Answered, type ComparedFindings, comparedFindings } from './compared-findings.ts'
import { type Base, type BaseOptions, findBase } from './find-base.ts'
import { type KeptCycle, keptCycle } from './kept-cycle.ts'
import { machinesLeft } from './machines-left.ts'
import { readCurves, readEvaluation } from './read-results.ts'

/**
 * What this change did to the model, the data and the bill, beside the base. Nothing is trained for it; the base answers the testing
 * films of now if it has not before.
 *
 * @throws Misuse when the base that was asked for is none
 */
export async function makeVerdict(
  workspace: Workspace,
  machines: Machines,
  options: BaseOptions = {},
): Promise<Verdict> {
  const records: RunRecord[] = []
  for await (const record of workspace.records.list()) records.push(record)
  const found = await findBase(workspace, options)
  const cycle = await keptCycle(workspace, records)
  const base = 'why' in found ? found : await askedBase(workspace, records, found, cycle)
  const known = 'why' in base ? undefined : base
  const judged = await judgedModel(workspace, cycle, known)
  const runs = await runsOf(workspace, worksOf(cycle))
  const ofBase = known === undefined ? [] : runsOfModel(records, known.digest)
  const facts: Judgeable = {
    name: workspace.config.name,
    ...(workspace.commit === undefined ? {} : { commit: workspace.commit }),
    base: baseOf(base, cycle, judged),
    ...(cycle.failure === undefined ? {} : { failure: cycle.failure }),
    testing: judged?.testing ?? null,
    findings: judged?.findings ?? [],
    mean: judged?.mean ?? null,
    data: dataOf(cycle.prepared, known),
    training: {
      current: cycle.trained === undefined ? null : await curvesOf(workspace, cycle.trained.record),
      base: await curvesOf(
        workspace,
        ofBase.find(({ stage }) => stage === 'train'),
      ),
    },
    bill: await billOf(workspace, machines, runs, cycle, ofBase),
    machines: await machinesLeft(workspace, machines, runs),
  }
  return judgeChange(facts, workspace.config.quality)
}

interface KnownBase extends Base, Answered {
  /** The films that it was made from, under our names of findings; undefined: nobody knows. */
  readonly films: readonly FilmRow[] | undefined
}

/** A base that cannot answer must not keep the rest of a verdict from people. */
async function askedBase(
  workspace: Workspace,
  records: readonly RunRecord[],
  base: Base,
  cycle: KeptCycle,
): Promise<KnownBase | { readonly why: string }> {
  try {
    return await knownBase(workspace, records, base, cycle)
  } catch (error) {
    if (!(error instanceof Problem) || error instanceof Interrupted) throw error
    workspace.progress({ kind: 'warning', text: error.message })
    return { why: `${base.reference} could not be asked, the log says why` }
  }
}

async function knownBase(
  workspace: Workspace,
  records: readonly RunRecord[],
  base: Base,
  { prepared, evaluated }: KeptCycle,
): Promise<KnownBase> {
  const card = readCard(decode(base.model))
  // Without a model of this change there is nothing to compare the answers with.
  const isAsked = prepared !== undefined && evaluated !== undefined
  const answers = isAsked ? await baseAnswers(workspace, records, prepared, { ...base, card }) : new Map()
  if (prepared?.dataset === card.dataset) return { ...base, card, answers, films: prepared.rows }
  const films = await filmsOfDataset(workspace, records, card.dataset)
  const names = Object.keys(prepared?.rows[0]?.labels ?? {})
  return { ...base, card, answers, films: films && namedAs(films, names) }
}

type JudgedModel = ComparedFindings & Pick<Judgeable, 'testing'>

async function judgedModel(
  workspace: Workspace,
  { prepared, trained, evaluated }: KeptCycle,
  base: KnownBase | undefined,
): Promise<JudgedModel | undefined> {
  if (prepared === undefined || trained === undefined || evaluated === undefined) return undefined
  const text = async (name: string): Promise<string> => new TextDecoder().decode(await evaluated.read(name))
  const card = readCard(decode(await trained.read('model.onnx')))
  const current: Answered = { card, answers: readPredictions(await text('predictions.csv'), card.classes) }
  const testing = prepared.rows.filter(({ split }) => split === 'test')
  const read = testing.filter(({ row }) => current.answers.has(row))
  const unseen = unseenOf(base, read, prepared.rows)
  const shared = base === undefined ? [] : unseen.rows.filter(({ row }) => base.answers.has(row))
  const evaluation = readEvaluation(await text('evaluation.json'))
  return {
    ...comparedFindings(evaluation, current, base, shared, read, workspace.config.seed),
    testing: {
      films: read.length,
      patients: new Set(read.map(({ patient }) => patient)).size,
      compared: shared.length,
      leftOut: { films: unseen.films, patients: unseen.patients },
      unread: testing.length - read.length,
    },
  }
}

function unseenOf(known: KnownBase | undefined, testing: readonly FilmRow[], all: readonly FilmRow[]): Unseen {
  return known?.films === undefined ? { rows: testing, films: 0, patients: 0 } : unseenBy(known.films, testing, all)
}

function baseOf(
  base: KnownBase | { readonly why: string },
  { trained }: KeptCycle,
  judged: JudgedModel | undefined,
): Verdict['base'] {
  if ('why' in base) return { kind: 'none', why: base.why }
  const { reference, digest, commit } = base
  return {
    kind: 'model',
    reference,
    digest,
    ...(commit === undefined ? {} : { commit }),
    isSame: trained !== undefined && digestOfOutput(trained, 'model.onnx') === digest,
    isKnown: base.films !== undefined,
    untold: judged?.untold ?? [],
  }
}

function dataOf(prepared: PreparedFilms | undefined, known: KnownBase | undefined): DataVerdict | null {
  if (prepared === undefined) return null
  return {
    diff: known?.films === undefined ? null : dataDiff(known.films, prepared.rows),
    leaks: dataLeaks(prepared.rows),
  }
}

/** The newest runs that trained and judged a model. */
function runsOfModel(records: readonly RunRecord[], digest: string): readonly RunRecord[] {
  const trained = records.findLast(({ stage, outputs }) => stage === 'train' && outputs['model.onnx'] === digest)
  const judged = records.findLast(
    ({ stage, inputs, status }) => stage === 'evaluate' && status === 'done' && inputs['model'] === digest,
  )
  return [trained, judged].filter(record => record !== undefined)
}

async function curvesOf(
  { store }: Pick<Workspace, 'store'>,
  record: StageOutcome['record'] | undefined,
): Promise<TrainingCurves | null> {
  const digest = record?.outputs['history.json']
  const kept = blobs(store)
  if (digest === undefined || !(await kept.has(digest))) return null
  return readCurves(new TextDecoder().decode(await kept.get(digest)))
}
