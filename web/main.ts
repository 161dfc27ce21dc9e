import { ask, modelName, Refused } from './ask.ts'
import { onFilm } from './choose.ts'
import { onFinding, positiveFirst } from './findings.ts'
import { showAnswer, showFilm, showHeatOf, showModel, showNoHeat, showProblem, showReading } from './view.ts'

let current = new AbortController()
let shown: File | undefined

/** One film at a time: a new one takes the place of the one that is being read. */
async function read(film: File): Promise<void> {
  shown = film
  showFilm(film)
  await following(async signal => {
    const answer = await ask(film, signal)
    if (signal.aborted) return
    showAnswer(answer)
    const first = positiveFirst(answer.findings)[0]?.label
    if (!answer.oneHeat && first !== undefined && first !== answer.explained) await explain(film, first, signal)
  })
}

/** The heat map of another finding on the same film. */
async function choose(finding: string): Promise<void> {
  const film = shown
  if (film) await following(signal => explain(film, finding, signal))
}

/** A heat map that cannot be had takes nothing from the answers. */
async function explain(film: File, finding: string, signal: AbortSignal): Promise<void> {
  showReading()
  try {
    const answer = await ask(film, signal, finding)
    if (!signal.aborted) showHeatOf(answer)
  } catch (error) {
    if (!signal.aborted) showNoHeat(finding, sentenceOf(error))
  }
}

/** What was asked before is given up; what goes wrong is shown. */
async function following(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  current.abort()
  current = new AbortController()
  const { signal } = current
  try {
    await work(signal)
  } catch (error) {
    if (!signal.aborted) showProblem(sentenceOf(error))
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Refused ? error.message : 'Something went wrong on this page.'
}

onFilm(film => void read(film))
onFinding(finding => void choose(finding))
modelName().then(showModel, () => showModel(''))
