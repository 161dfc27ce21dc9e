import { join, resolve } from 'node:path'
import { exitCodes, placeOfName, throwIfAborted } from '../../core/index.ts'
import { BadFilm, type Film } from '../../imaging/index.ts'
import { answerRecord, type Classifier, openClassifier, type Reading, type SitePrevalence } from '../../models/index.ts'
import { openModel, readFilm } from '../../project/index.ts'
import { type Explanations, explanations } from '../explanations.ts'
import { filmFiles } from '../film-files.ts'
import { modelReference } from '../model-reference.ts'
import { paint } from '../output.ts'
import { readingLines } from '../reading-lines.ts'
import { type CommonOptions, inProject, type Session } from '../session.ts'

export interface PredictOptions extends CommonOptions {
  readonly model?: string
  readonly explain?: string | true
  readonly finding?: string
  readonly prevalence?: SitePrevalence
}

/** Films of one engine run: large enough to keep the processors busy, small enough for the memory. */
const batch = 16

interface ReadFilm {
  readonly file: string
  readonly film: Film | undefined
  readonly reason: string | undefined
}

/**
 * One line a film, in the order given, and one for each finding where a model has several. A film that cannot be read gets its
 * reason, and the exit code says so.
 */
export async function predict(paths: readonly string[], options: PredictOptions): Promise<void> {
  const files = await filmFiles(paths)
  await inProject(options, async session => {
    const model = await openModel(session.workspace, modelReference(options.model))
    await using classifier = await openClassifier(model.bytes, session.workspace.engine, {
      prevalence: options.prevalence,
      ...(session.config.threads === undefined ? {} : { threads: session.config.threads }),
      signal: session.signal,
    })
    const pictures = options.explain ?? (options.finding === undefined ? undefined : true)
    const explain = pictures === undefined ? undefined : explanations(explanationFolder(session, pictures))
    const finding = explain && findingOf(classifier, options.finding)
    let bad = 0
    for (let start = 0; start < files.length; start += batch) {
      throwIfAborted(session.signal)
      const read = await Promise.all(files.slice(start, start + batch).map(tryFilm))
      bad += await answer(read, { session, classifier, reference: model.reference, explain, finding })
    }
    if (files.length > bad) sayNotes(session, classifier)
    if (finding !== undefined && files.length > bad) sayHow(session, classifier, finding)
    if (bad > 0) {
      process.exitCode = exitCodes.failed
      session.output.warn(`${bad} of ${files.length} films could not be read`)
    }
  })
}

/** As the model spells it; one that it does not have is refused when it is asked. */
function findingOf({ card: { classes } }: Classifier, wanted: string | undefined): string | undefined {
  return wanted === undefined ? classes[0] : (classes[placeOfName(wanted, classes)] ?? wanted)
}

/** Why a finding has no interval, for instance. With `--json` each line holds it. */
function sayNotes({ output }: Session, { card: { classes, calibration } }: Classifier): void {
  for (const [k, { note }] of calibration.entries()) {
    if (note !== undefined && !output.json) output.note(`${classes[k]}: ${note}`)
  }
}

/** What to know of the pictures, or why there are none. With `--json` each line holds it. */
function sayHow(session: Session, classifier: Classifier, finding: string): void {
  const { method, about } = classifier.explanation()
  const isOfOne = classifier.card.classes.length > 1 && method !== 'attention-rollout'
  if (method === 'none') session.output.warn(about)
  else if (!session.output.json) session.output.note(isOfOne ? `Heat map of ${finding}. ${about}` : about)
}

interface Answering {
  readonly session: Session
  readonly classifier: Classifier
  readonly reference: string
  readonly explain: Explanations | undefined
  /** The finding that is explained. */
  readonly finding: string | undefined
}

/** Classifies the films that were read and prints a line for each. @returns how many could not be read */
async function answer(read: readonly ReadFilm[], how: Answering): Promise<number> {
  const films = read.flatMap(({ film }) => (film === undefined ? [] : [film]))
  const readings = films.length === 0 ? [] : await how.classifier.classify(films, { explain: how.finding ?? false })
  let next = 0
  for (const { file, film, reason } of read) {
    const reading = film === undefined ? undefined : readings[next++]
    if (film === undefined || reading === undefined) printBad(how.session, file, reason ?? 'it could not be read')
    else printReading(how, file, reading, await how.explain?.keep(file, film, reading))
  }
  return read.length - films.length
}

function printBad(session: Session, file: string, reason: string): void {
  if (session.output.json) process.stdout.write(`${JSON.stringify({ file, error: reason })}\n`)
  else session.output.say(`${file}  ${paint('red', 'not read', process.stdout)}: ${reason}`)
}

function printReading(how: Answering, file: string, reading: Reading, overlay: string | undefined): void {
  const record = answerRecord(reading.answers)
  const { output } = how.session
  if (output.json) {
    const line = {
      file,
      ...record,
      model: how.reference,
      ...(overlay === undefined ? {} : { overlay }),
      ...(how.finding === undefined ? {} : { explanation: { finding: how.finding, ...how.classifier.explanation() } }),
    }
    process.stdout.write(`${JSON.stringify(line)}\n`)
    return
  }
  for (const line of readingLines(file, record, overlay)) output.say(line)
}

function explanationFolder(session: Session, given: string | true): string {
  return given === true ? join(resolve(session.workspace.base, session.config.output), 'explanations') : resolve(given)
}

async function tryFilm(file: string): Promise<ReadFilm> {
  try {
    return { file, film: await readFilm(file), reason: undefined }
  } catch (error) {
    if (!(error instanceof BadFilm)) throw error
    return { file, film: undefined, reason: error.message }
  }
}
